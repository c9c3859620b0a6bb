import assert from "node:assert/strict";
import { gathered } from "./chunks.ts";

async function* pieces(sizes: number[]) {
  for (const size of sizes) yield new Uint8Array(size);
}

Deno.test("small chunks are gathered to 64 KiB before they are held, hashed or passed on", async () => {
  const sizes: number[] = [];
  const source = pieces(Array.from({ length: 200 }, () => 1000));
  for await (const chunk of gathered(source)) sizes.push(chunk.byteLength);
  assert.equal(sizes.reduce((sum, size) => sum + size, 0), 200_000);
  assert.ok(sizes.slice(0, -1).every((size) => size >= 65_536));
});
