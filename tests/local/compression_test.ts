import assert from "node:assert/strict";
import { ownStack, probeFolder } from "./own_stack.ts";
import { rawRequest } from "./raw.ts";

const { stack } = await ownStack({
  functionsDir: await probeFolder(),
  gatewayCompresses: true,
});
const probe = "/functions/v1/probe";
const get = (path: string, encodings = "gzip, br") =>
  rawRequest(stack.apiUrl, probe + path, {
    headers: { "Accept-Encoding": encodings },
  });

Deno.test("a gateway that compresses weakens the ETag and drops the length, as hosted ones do", async () => {
  for (const encoding of ["gzip", "br"]) {
    const { status, headers } = await get("/status?status=200", encoding);
    assert.equal(status, 200);
    assert.equal(headers.get("Content-Encoding"), encoding);
    assert.equal(headers.get("ETag"), 'W/"strong"');
    assert.equal(headers.get("Content-Length"), null);
    assert.match(headers.get("Vary") ?? "", /Accept-Encoding/i);
  }
  const answer = await fetch(`${stack.apiUrl}${probe}/status?status=200`);
  assert.equal(await answer.text(), "a".repeat(5000));
});

Deno.test("it leaves alone what says no-transform, a range, other types, and who takes no encoding", async () => {
  const untouched = await Promise.all([
    get("/status?status=200&cache=private,+no-transform"),
    get("/status?status=206"),
    get("/status?status=200", "identity"),
    get("/bytes?size=5000"),
  ]);
  for (const { headers } of untouched) {
    assert.equal(headers.get("Content-Encoding"), null);
    assert.ok(Number(headers.get("Content-Length")) >= 2000);
    assert.ok([null, '"strong"'].includes(headers.get("ETag")));
  }
});
