import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { indexOfBytes } from "./byte_search.ts";

/** All sequences of the bytes 0 and 1 of up to `length` bytes, so that beginnings of what is sought are everywhere. */
function* sequences(length: number): Generator<Buffer> {
  for (let size = 0; size <= length; size++) {
    for (let bits = 0; bits < 2 ** size; bits++) {
      yield Buffer.from(
        Array.from({ length: size }, (_, at) => bits >> at & 1),
      );
    }
  }
}

Deno.test("bytes are found where Buffer.indexOf finds them, in Buffers and other arrays", () => {
  for (const sought of sequences(4)) {
    if (sought.length === 0) continue;
    for (const within of sequences(8)) {
      const expected = within.indexOf(sought);
      assert.equal(indexOfBytes(within, sought), expected);
      assert.equal(indexOfBytes(new Uint8Array(within), sought), expected);
    }
  }
});
