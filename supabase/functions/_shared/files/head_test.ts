import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Chunks } from "./chunks.ts";
import { type Head, isWhole, readHead, WHOLE_BYTES } from "./head.ts";

const MIB = 1024 * 1024;

async function* pieces(count: number, size: number) {
  for (let i = 0; i < count; i++) yield new Uint8Array(size).fill(i);
}

/** How many bytes were read of a source. */
function counting(source: Chunks): { chunks: Chunks; read: () => number } {
  let read = 0;
  return {
    read: () => read,
    chunks: {
      async next() {
        const next = await source.next();
        read += next.value?.byteLength ?? 0;
        return next;
      },
    },
  };
}

async function sizeOf({ file }: Head): Promise<number> {
  if (isWhole(file)) return file.size;
  let size = 0;
  for (let next; !(next = await file.next()).done;) {
    size += next.value.byteLength;
  }
  return size;
}

for (const announced of [null, WHOLE_BYTES]) {
  Deno.test(`a file of 1 MiB is read whole, ${announced ? "" : "un"}announced, and of a byte more the rest follows`, async () => {
    const head = await readHead(pieces(16, 65_536), announced);
    assert.ok(isWhole(head.file));
    assert.equal(head.file.size, MIB);
    assert.deepEqual(
      head.file.sha256,
      createHash("sha256").update(head.file.bytes).digest("hex"),
    );
    assert.equal(head.sample.length, 65_536);
    head.release();

    const more = await readHead(pieces(1, MIB + 1), announced);
    assert.ok(!isWhole(more.file));
    assert.equal(await sizeOf(more), MIB + 1);
    more.release();
  });
}

Deno.test("of a file that is announced as large no more is waited for than its content is judged by", async () => {
  const { chunks, read } = counting(pieces(100, 65_536));
  const head = await readHead(chunks, 100 * 65_536);
  assert.equal(read(), 65_536);
  assert.equal(await sizeOf(head), 100 * 65_536);
});

Deno.test("an empty file is whole", async () => {
  const head = await readHead(pieces(0, 0), 0);
  assert.ok(isWhole(head.file));
  assert.deepEqual([head.file.size, head.sample.length], [0, 0]);
  head.release();
});

Deno.test("a body that breaks off is a problem of the client's", async () => {
  // deno-lint-ignore require-yield -- it breaks off
  async function* broken(): AsyncGenerator<Uint8Array> {
    throw new TypeError("connection closed");
  }
  await assert.rejects(readHead(broken(), 1000), { code: "malformed_request" });
});

Deno.test("small files that are held at once have a limit, past which they are streamed until others are released", async () => {
  const heads: Head[] = [];
  for (let i = 0; i < 40; i++) heads.push(await readHead(pieces(1, MIB), MIB));
  const whole = heads.filter(({ file }) => isWhole(file)).length;
  assert.ok(whole >= 16 && whole < 20, `${whole}`);
  for (const head of heads) {
    assert.equal(await sizeOf(head), MIB);
    head.release();
    // A second time gives nothing back.
    head.release();
  }
  for (let i = 0; i < 16; i++) {
    const head = await readHead(pieces(1, MIB), MIB);
    assert.ok(isWhole(head.file), `${i}`);
    heads.push(head);
  }
  for (const head of heads) head.release();
});
