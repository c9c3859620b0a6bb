import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import { complete, kept, put, reserve } from "../support/stored_files.ts";
import { resumable } from "./resumable.ts";

const owner = await signUp("owner");
const stranger = await signUp("stranger");

const CHUNK = 256 * 1024;
const MAX_BYTES = 50 * 1024 * 1024;

Deno.test("a reservation is a pending file, its quota, and where to send the bytes", async () => {
  const actor = await signUp("reserver");
  const { status, body } = await reserve(actor, {
    original_name: "größe.txt",
    size_bytes: 1234,
    metadata: { n: 1 },
  });
  assert.equal(status, 201);
  assert.equal(body.file.status, "pending");
  assert.equal(body.file.original_name, "größe.txt");
  assert.deepEqual(body.file.metadata, { n: 1 });
  const path = `${actor.id}/${body.file.id}`;
  assert.equal(body.signed_upload.path, path);
  assert.equal(body.resumable.object_name, path);
  assert.equal(body.resumable.bucket, "user-files");
  assert.ok(Date.parse(body.signed_upload.expires_at) > Date.now());
  assert.equal((await kept(actor.id)).bytes_used, 1234);
});

Deno.test("bytes PUT to the signed URL and then completed are a ready file", async () => {
  const reservation = await reserve(owner);
  assert.equal(await put(reservation, "hello"), 200);
  const { status, body } = await complete(owner, reservation.body.file.id);
  assert.equal(status, 200);
  assert.equal(body.deduplicated, false);
  assert.equal(body.file.status, "ready");
  assert.equal(body.file.sha256, null);
  assert.equal(body.file.digest_verified, false);
  const download = await request(owner, `file-download/${body.file.id}`);
  assert.equal(download.text, "hello");
  assert.equal(download.headers.get("ETag"), `"${body.file.id}"`);
  assert.equal(download.headers.get("Repr-Digest"), null);
});

for (
  const [what, stopAfter] of [["in one go", Infinity], [
    "interrupted and resumed",
    3 * CHUNK,
  ]] as const
) {
  Deno.test(`a resumable upload ${what} is a ready file, byte for byte`, async () => {
    const bytes = new Uint8Array(5 * CHUNK + 77).map((_, i) => 32 + i * 7 % 90);
    const reservation = await reserve(owner, { size_bytes: bytes.length });
    const requests = await resumable(reservation, bytes, {
      headers: owner.headers,
      chunkSize: CHUNK,
      stopAfter,
    });
    assert.ok(requests >= 6);
    const { id } = reservation.body.file;
    const { status, body } = await complete(owner, id);
    assert.equal(status, 200);
    assert.equal(body.file.size_bytes, bytes.length);
    const { text } = await request(owner, `file-download/${id}`);
    assert.equal(
      createHash("sha256").update(text).digest("hex"),
      createHash("sha256").update(bytes).digest("hex"),
    );
  });
}

Deno.test("a resumable upload to somebody else's reservation is refused", async () => {
  const reservation = await reserve(owner);
  await assert.rejects(
    resumable(reservation, new TextEncoder().encode("hello"), {
      headers: stranger.headers,
    }),
  );
  const answer = await complete(owner, reservation.body.file.id);
  assertProblem(answer, 409, "upload_incomplete");
});

Deno.test("complete is idempotent, also when it comes twice at once", async () => {
  const reservation = await reserve(owner);
  const { id } = reservation.body.file;
  await put(reservation, "hello");
  const answers = await Promise.all([1, 2, 3].map(() => complete(owner, id)));
  answers.push(await complete(owner, id));
  for (const { status, body } of answers) {
    assert.equal(status, 200);
    assert.deepEqual(body, answers[0]?.body);
  }
});

Deno.test("complete before the bytes is 409, and they may still come", async () => {
  const reservation = await reserve(owner);
  const { id } = reservation.body.file;
  assertProblem(await complete(owner, id), 409, "upload_incomplete");
  await put(reservation, "hello");
  assert.equal((await complete(owner, id)).status, 200);
});

Deno.test("types are compared without parameters, and the content decides", async () => {
  const reservation = await reserve(owner, {
    original_name: "notes.md",
    mime_type: "text/markdown; charset=utf-8",
  });
  // What supabase-js sends for every body that is no Blob.
  assert.equal(
    await put(reservation, "hello", "text/plain;charset=UTF-8"),
    200,
  );
  const { status, body } = await complete(owner, reservation.body.file.id);
  assert.equal(status, 200);
  assert.equal(body.file.mime_type, "text/markdown");
  assert.equal(body.file.type_parameters, "charset=utf-8");
  const down = await request(owner, `file-download/${body.file.id}`);
  assert.equal(
    down.headers.get("Content-Type"),
    "text/markdown; charset=utf-8",
  );
});

Deno.test("what is declared as anything may be reserved if its content can be text", async () => {
  for (
    const [original_name, mime_type, stored] of [
      ["main.ts", "video/mp2t", "text/typescript"],
      ["run.sh", "application/x-shellscript", "text/x-shellscript"],
      ["data", "application/octet-stream", "text/plain"],
      ["data.json", "application/json", "text/json"],
    ] as const
  ) {
    const reservation = await reserve(owner, { original_name, mime_type });
    assert.equal(reservation.status, 201, original_name);
    assert.equal(reservation.body.file.mime_type, stored);
    await put(reservation, "hello", stored);
    const { status, body } = await complete(owner, reservation.body.file.id);
    assert.equal(status, 200);
    assert.equal(body.file.mime_type, stored);
    assert.equal(body.file.declared_type, mime_type);
  }
});

for (
  const [what, size_bytes] of [["fewer", 100_000], ["more", 3]] as const
) {
  Deno.test(`${what} bytes than announced are 409, and given up by a deletion`, async () => {
    const actor = await signUp("reserver");
    const reservation = await reserve(actor, { size_bytes });
    await put(reservation, "hello");
    const { id } = reservation.body.file;
    const answer = await complete(actor, id);
    assertProblem(answer, 409, "upload_mismatch");
    assert.equal(answer.body.size_bytes, 5);
    assert.equal((await kept(actor.id)).bytes_used, size_bytes);

    await request(actor, `file-upload/${id}`, { method: "DELETE" });
    assert.equal((await kept(actor.id)).bytes_used, 0);
  });
}

Deno.test("content that is not of its type is refused at completion and gone", async () => {
  const actor = await signUp("spoofer");
  const content = "\x7fELF\0\0\0\0\0\0\0\0\0\0\0\0";
  const reservation = await reserve(actor, {
    mime_type: "image/png",
    size_bytes: content.length,
  });
  const { id } = reservation.body.file;
  await put(reservation, content, "image/png");
  assertProblem(await complete(actor, id), 415, "type_mismatch");
  assertProblem(await complete(actor, id), 404, "not_found");
  assertProblem(await request(actor, `file-download/${id}`), 404, "not_found");
  const { objects, bytes_used } = await kept(actor.id);
  assert.deepEqual(objects, []);
  assert.equal(bytes_used, 0);
});

Deno.test("somebody else's reservation cannot be completed: 404, and it stays as it is", async () => {
  const reservation = await reserve(owner);
  const { id } = reservation.body.file;
  await put(reservation, "hello");
  assertProblem(await complete(stranger, id), 404, "not_found");
  assert.equal((await complete(owner, id)).status, 200);
});

Deno.test("the signed URL takes the bytes once: what is ready is not overwritten", async () => {
  const reservation = await reserve(owner);
  const { id } = reservation.body.file;
  await put(reservation, "hello");
  await complete(owner, id);
  assert.ok(await put(reservation, "other") >= 400);
  assert.equal((await request(owner, `file-download/${id}`)).text, "hello");
});

Deno.test("a reserved file is linked to its conversation, for its members once it is ready", async () => {
  const conversation = (await append(owner, fresh("files"), ["hello"])).body
    .conversation.id;
  const viewer = await signUp("viewer");
  await share(conversation, viewer, "viewer");
  const refused = await reserve(viewer, { continuation_id: conversation });
  assertProblem(refused, 403, "read_only");
  const hidden = await reserve(stranger, { continuation_id: conversation });
  assertProblem(hidden, 404, "not_found");

  const reservation = await reserve(owner, { continuation_id: conversation });
  const { id } = reservation.body.file;
  const read = () => request(viewer, `file-download/${id}`);
  assert.equal((await read()).status, 404);
  await put(reservation, "hello");
  await complete(owner, id);
  assert.equal((await read()).text, "hello");
});

Deno.test("what breaks a rule is refused before any byte, and takes no quota", async () => {
  const actor = await signUp("reserver");
  const tooLarge = await reserve(actor, { size_bytes: MAX_BYTES + 1 });
  assertProblem(tooLarge, 413, "file_too_large");
  assert.equal(tooLarge.body.max_bytes, MAX_BYTES);
  assertInvalid(await reserve(actor, { bucket: "avatars" }), "/bucket");
  assertInvalid(await reserve(actor, { size_bytes: -1 }), "/size_bytes");
  assertInvalid(await reserve(actor, { owner_id: owner.id }), "/owner_id");
  const type = await reserve(actor, { mime_type: "application/zip" });
  assertProblem(type, 415, "unsupported_media_type");
  const state = await kept(actor.id);
  assert.deepEqual(state, { rows: [], objects: [], bytes_used: 0 });
});

Deno.test("reservations beyond the quota are 413, and those within are kept", async () => {
  const actor = await signUp("reserver");
  const answers = [];
  for (let n = 0; n < 21; n++) {
    answers.push(await reserve(actor, { size_bytes: MAX_BYTES }));
  }
  const last = answers.pop()!;
  assert.ok(answers.every(({ status }) => status === 201));
  assertProblem(last, 413, "quota_exceeded");
  assert.equal(last.body.used, 20 * MAX_BYTES);
  assert.equal(last.body.limit, 1024 ** 3);
});
