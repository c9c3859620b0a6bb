import assert from "node:assert/strict";
import { CountedStream } from "./counted_stream.ts";

async function* pieces(count: number, size: number) {
  for (let i = 0; i < count; i++) yield new Uint8Array(size).fill(i);
}

async function chunkSizes(stream: CountedStream): Promise<number[]> {
  const sizes: number[] = [];
  try {
    for await (const chunk of stream.body) sizes.push(chunk.byteLength);
  } finally {
    stream.settle();
  }
  return sizes;
}

const admit = () => Promise.resolve();

Deno.test("a body of another size than announced fails, however cleanly it ends", async () => {
  for (const announced of [999, 1001, 46]) {
    const stream = new CountedStream(
      pieces(1, 1000),
      announced,
      admit,
      () => {},
    );
    await assert.rejects(chunkSizes(stream), { code: "malformed_request" });
    assert.equal(stream.failure?.code, "malformed_request");
  }
  const whole = new CountedStream(pieces(1, 1000), 1000, admit, () => {});
  assert.deepEqual(await chunkSizes(whole), [1000]);
});
