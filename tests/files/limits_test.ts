import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import type { Answer } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import {
  download,
  leftBy,
  nothing,
  sha256,
  text,
  upload,
} from "./uploading.ts";

const MIB = 1024 * 1024;
const LARGEST = 50 * MIB;

/** More than enough to send 50 MiB; an answer that never comes fails the test instead of hanging it. */
const PATIENCE_MS = 120_000;

/** `bytes` in chunks of 64 KiB, and so without Content-Length. */
function chunked(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + 65_536));
      at += 65_536;
    },
  });
}

async function soon(answer: Promise<Answer>): Promise<Answer> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error("There was no answer.")),
    PATIENCE_MS,
  );
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function assertTooLarge(answer: Answer, max_bytes: number): void {
  assertProblem(answer, 413, "file_too_large");
  assert.equal(answer.body.max_bytes, max_bytes);
}

Deno.test("exactly 50 MiB goes up and comes down unchanged, counted once", async () => {
  const owner = await signUp("largest");
  const bytes = text(LARGEST);
  const { status, body } = await soon(upload(owner, bytes));
  assert.equal(status, 201);
  assert.equal(body.file.size_bytes, LARGEST);
  assert.equal(body.file.sha256, sha256(bytes));
  const down = await download(owner, body.file.id);
  assert.equal(sha256(down.bytes), sha256(bytes));
  assert.equal((await leftBy(owner)).used, LARGEST);
});

Deno.test("exactly 50 MiB goes up without Content-Length", async () => {
  const owner = await signUp("largest");
  const bytes = text(LARGEST);
  const { status, body } = await soon(upload(owner, chunked(bytes)));
  assert.equal(status, 201);
  assert.equal(body.file.sha256, sha256(bytes));
  assert.equal((await leftBy(owner)).used, LARGEST);
});

Deno.test("one byte over 50 MiB is 413 and leaves nothing", async () => {
  const owner = await signUp("over");
  assertTooLarge(await soon(upload(owner, text(LARGEST + 1))), LARGEST);
  assert.deepEqual(await leftBy(owner), nothing);
});

Deno.test("one byte over 50 MiB without Content-Length is 413 and leaves nothing", async () => {
  const owner = await signUp("over");
  const answer = await soon(upload(owner, chunked(text(LARGEST + 1))));
  assertTooLarge(answer, LARGEST);
  assert.deepEqual(await leftBy(owner), nothing);
});

Deno.test("generated-files takes 10 MiB and not a byte more", async () => {
  const owner = await signUp("generated");
  const query = "bucket=generated-files";
  const most = await soon(upload(owner, text(10 * MIB), { query }));
  assert.equal(most.status, 201);
  const more = text(10 * MIB + 1);
  assertTooLarge(await soon(upload(owner, more, { query })), 10 * MIB);
  const stream = chunked(more);
  assertTooLarge(await soon(upload(owner, stream, { query })), 10 * MIB);
  assert.deepEqual(await leftBy(owner), {
    files: 1,
    objects: 1,
    used: 10 * MIB,
    sum: 10 * MIB,
  });
});

Deno.test("a refused upload does not disturb the next one", async () => {
  const owner = await signUp("next");
  await soon(upload(owner, chunked(text(LARGEST + 1))));
  assert.equal((await upload(owner, text(100))).status, 201);
});
