import assert from "node:assert/strict";
import { publicOrigin } from "./protected_resource.ts";

const origin = (headers: Record<string, string>) =>
  publicOrigin(new Request("http://localhost:9000/mcp", { headers }));

Deno.test("the public origin is what the gateway forwards", () => {
  const cases: [host: string, proto: string, port: string, origin: string][] = [
    ["x.supabase.co", "https", "443", "https://x.supabase.co"],
    ["127.0.0.1:54321", "http", "54321", "http://127.0.0.1:54321"],
    ["127.0.0.1", "http", "54321", "http://127.0.0.1:54321"],
    ["[::1]:54321", "http", "54321", "http://[::1]:54321"],
  ];
  for (const [host, proto, port, expected] of cases) {
    assert.equal(
      origin({
        "X-Forwarded-Host": host,
        "X-Forwarded-Proto": proto,
        "X-Forwarded-Port": port,
      }),
      expected,
    );
  }
});

Deno.test("without a gateway it is that of the request", () => {
  assert.equal(origin({}), "http://localhost:9000");
});

Deno.test("nothing that is forwarded can leave the quotes of a header", () => {
  for (const host of ['evil", error="x', "a b", "", 'a/../b?"', "a\\b"]) {
    assert.match(origin({ "X-Forwarded-Host": host }), /^http:\/\/[\w.:-]+$/);
  }
  assert.equal(
    origin({ "X-Forwarded-Host": "x", "X-Forwarded-Proto": "javascript" }),
    "http://localhost:9000",
  );
});
