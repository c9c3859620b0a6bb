import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { responseBytes } from "./response_bytes.ts";

const sizes = [0, 1, 65_536, 65_537, 131_072, 5_000_000];

/** Bytes of which each depends on its place. */
function pattern(size: number) {
  return Uint8Array.from({ length: size }, (_, at) => (at * 31 + 7) % 251);
}

/** With Content-Length, in chunks without it, or compressed with the length of something else. */
const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const bytes = pattern(Number(searchParams.get("size")));
    switch (pathname) {
      case "/whole":
        return new Response(bytes);
      case "/chunked":
        return new Response(new Blob([bytes]).stream());
      case "/compressed":
        return new Response(gzipSync(bytes), {
          headers: { "Content-Encoding": "gzip" },
        });
      default: {
        // Ends before its time.
        let pulled = 0;
        return new Response(
          new ReadableStream({
            pull(controller) {
              if (pulled++ === 0) controller.enqueue(bytes);
              else controller.error(new Error("broken"));
            },
          }),
          { headers: { "Content-Length": String(2 * bytes.byteLength) } },
        );
      }
    }
  },
);
Deno.test.afterAll(() => server.shutdown());

const ask = (path: string, size: number) =>
  fetch(`http://127.0.0.1:${server.addr.port}/${path}?size=${size}`);

for (const path of ["whole", "chunked", "compressed"]) {
  for (const size of sizes) {
    Deno.test(`a body comes out as it is: ${path}, ${size} bytes`, async () => {
      const bytes = await responseBytes(await ask(path, size));
      assert.equal(bytes.byteLength, size);
      assert.deepEqual(bytes, pattern(size));
    });
  }
}

Deno.test("a body that ends early is no body", async () => {
  await assert.rejects(async () => responseBytes(await ask("cut", 200_000)));
});

Deno.test("no body is an empty one", async () => {
  const bytes = await responseBytes(new Response(null, { status: 204 }));
  assert.equal(bytes.byteLength, 0);
});
