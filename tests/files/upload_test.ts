import assert from "node:assert/strict";
import { cast, signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import {
  download,
  leftBy,
  nothing,
  reprDigest,
  sha256,
  text,
  upload,
} from "./uploading.ts";

const { owner, viewer, stranger, nobody } = await cast();

Deno.test("a raw body is stored and answered as a ready file", async () => {
  const bytes = text(1000);
  const { status, body } = await upload(owner, bytes, {
    disposition: 'attachment; filename="notes.txt"',
  });
  assert.equal(status, 201);
  const { id, created_at, updated_at, ...file } = body.file;
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.ok(Date.parse(created_at) <= Date.parse(updated_at));
  assert.equal(body.deduplicated, false);
  assert.deepEqual(file, {
    owner_id: owner.id,
    bucket: "user-files",
    original_name: "notes.txt",
    mime_type: "text/plain",
    declared_type: "text/plain",
    type_parameters: null,
    size_bytes: 1000,
    sha256: sha256(bytes),
    digest_verified: true,
    file_type: "user_upload",
    status: "ready",
    metadata: {},
  });
  assert.deepEqual((await download(owner, id)).bytes, bytes);
});

Deno.test("filename* goes before filename, and both before X-File-Name", async () => {
  const star = "filename*=UTF-8''star%20%E2%82%AC.txt";
  const named = async (
    disposition: string | undefined,
    headers?: Record<string, string>,
  ) =>
    (await upload(owner, text(20), { disposition, headers })).body.file
      .original_name;
  const header = { "X-File-Name": "header%20%C3%A9.txt" };
  assert.equal(
    await named(`attachment; filename="plain.txt"; ${star}`, header),
    "star €.txt",
  );
  assert.equal(
    await named('inline; filename="plain.txt"', header),
    "plain.txt",
  );
  assert.equal(await named("attachment; filename=token.txt"), "token.txt");
  assert.equal(await named(undefined, header), "header é.txt");
  assert.equal(await named(undefined), "unnamed");
});

Deno.test("the same content under the same name is the same file", async () => {
  const actor = await signUp("again");
  const bytes = text(300);
  const disposition = 'attachment; filename="first.txt"';
  const first = await upload(actor, bytes, { disposition });
  const second = await upload(actor, bytes, { disposition });
  assert.equal(first.status, 201);
  assert.equal(second.status, 200);
  assert.equal(second.body.deduplicated, true);
  assert.deepEqual(second.body.file, first.body.file);
  assert.deepEqual(await leftBy(actor), {
    files: 1,
    objects: 1,
    used: 300,
    sum: 300,
  });
});

Deno.test("the same content under another name is another file of one object, which quota counts once", async () => {
  const actor = await signUp("names");
  const bytes = text(300);
  const named = (name: string, query = "") =>
    upload(actor, bytes, {
      disposition: `attachment; filename="${name}"`,
      query,
    });
  const license = await named("LICENSE");
  const copying = await named("COPYING.md", "metadata=%7B%22n%22%3A1%7D");
  assert.equal(copying.status, 201);
  assert.equal(copying.body.deduplicated, false);
  assert.equal(copying.body.file.original_name, "COPYING.md");
  assert.deepEqual(copying.body.file.metadata, { n: 1 });
  assert.notEqual(copying.body.file.id, license.body.file.id);
  const one = { files: 2, objects: 1, used: 300, sum: 300 };
  assert.deepEqual(await leftBy(actor), one);

  // The object goes with the last of its names.
  for (const [{ body }, left] of [[license, 1], [copying, 0]] as const) {
    assert.deepEqual((await download(actor, body.file.id)).bytes, bytes);
    await request(actor, `file-upload/${body.file.id}`, { method: "DELETE" });
    assert.equal((await leftBy(actor)).objects, left);
  }
  assert.deepEqual(await leftBy(actor), nothing);
});

Deno.test("metadata that the same content and name did not have is not dropped", async () => {
  const actor = await signUp("metadata");
  const bytes = text(300);
  const first = await upload(actor, bytes);
  const second = await upload(actor, bytes, {
    query: "metadata=%7B%22n%22%3A1%7D",
  });
  assert.equal(second.status, 201);
  assert.deepEqual(second.body.file.metadata, { n: 1 });
  assert.notEqual(second.body.file.id, first.body.file.id);
});

Deno.test("PATCH renames a file and merges its metadata; for its owner alone", async () => {
  const { body: { file } } = await upload(owner, text(300), {
    query: `metadata=${encodeURIComponent('{"keep":1,"drop":2}')}`,
  });
  const patch = (json: unknown, actor = owner) =>
    request(actor, `file-upload/${file.id}`, { method: "PATCH", json });
  const { status, body } = await patch({
    original_name: "new name.md",
    metadata: { drop: null, add: [1] },
  });
  assert.equal(status, 200);
  assert.equal(body.original_name, "new name.md");
  assert.deepEqual(body.metadata, { keep: 1, add: [1] });
  assert.equal((await download(owner, file.id)).name, "new name.md");
  assertInvalid(await patch({ original_name: "a\u202eb" }), "/original_name");
  assertProblem(
    await patch({ original_name: "x" }, stranger),
    404,
    "not_found",
  );
});

Deno.test("the same content in another bucket is another file", async () => {
  const bytes = text(300);
  const first = await upload(owner, bytes);
  const second = await upload(owner, bytes, {
    query: "bucket=generated-files",
  });
  assert.equal(second.status, 201);
  assert.notEqual(second.body.file.id, first.body.file.id);
  assert.equal(second.body.file.file_type, "generated");
});

Deno.test("the same content from another owner is another file, and nothing tells", async () => {
  const bytes = text(300);
  const first = await upload(owner, bytes);
  const second = await upload(stranger, bytes);
  assert.equal(second.status, 201);
  assert.equal(second.body.deduplicated, false);
  assert.equal(second.body.file.owner_id, stranger.id);
  assert.notEqual(second.body.file.id, first.body.file.id);
  assert.equal((await download(stranger, first.body.file.id)).status, 404);
});

Deno.test("content that was deleted is stored anew", async () => {
  const bytes = text(300);
  const { id } = (await upload(owner, bytes)).body.file;
  await request(owner, `file-upload/${id}`, { method: "DELETE" });
  const again = await upload(owner, bytes);
  assert.equal(again.status, 201);
  assert.deepEqual((await download(owner, again.body.file.id)).bytes, bytes);
});

Deno.test("a right Repr-Digest is taken, other algorithms are ignored", async () => {
  const bytes = text(300);
  const digest = `md5=:AAAA:, ${reprDigest(sha256(bytes))}`;
  const headers = { "Repr-Digest": digest };
  assert.equal((await upload(owner, bytes, { headers })).status, 201);
  const other = { "Repr-Digest": "sha-512=:AAAA:" };
  assert.equal((await upload(owner, text(9), { headers: other })).status, 201);
});

Deno.test("a wrong Repr-Digest is 422 digest_mismatch and leaves nothing", async () => {
  const actor = await signUp("digest");
  const bytes = text(3000);
  const headers = { "Repr-Digest": reprDigest(sha256(text(3000))) };
  const answer = await upload(actor, bytes, { headers });
  assertProblem(answer, 422, "digest_mismatch");
  assert.equal(answer.body.sha256, sha256(bytes));
  assert.deepEqual(await leftBy(actor), nothing);
});

Deno.test("a malformed Repr-Digest is 400 and leaves nothing", async () => {
  const actor = await signUp("digest");
  for (const value of ["sha-256=abc", "sha-256=:abc:", "sha-256=::"]) {
    const headers = { "Repr-Digest": value };
    const answer = await upload(actor, text(30), { headers });
    assertProblem(answer, 400, "malformed_request");
  }
  assert.deepEqual(await leftBy(actor), nothing);
});

Deno.test("metadata of the query is kept; what is no JSON object is 422", async () => {
  const metadata = { tags: ["a", "é"], nested: { n: 1.5, no: null } };
  const given = (value: string) =>
    upload(owner, text(30), { query: `metadata=${encodeURIComponent(value)}` });
  const { body } = await given(JSON.stringify(metadata));
  assert.deepEqual(body.file.metadata, metadata);
  for (const value of ["{", "[]", '"text"', "null"]) {
    assertInvalid(await given(value), "/metadata");
  }
});

Deno.test("continuation_id links the file: members of the conversation read it", async () => {
  const name = fresh("linked");
  const { id } = (await append(owner, name, ["hello"])).body.conversation;
  await share(id, viewer, "viewer");
  const bytes = text(300);
  const { status, body } = await upload(owner, bytes, {
    query: `continuation_id=${name}`,
  });
  assert.equal(status, 201);
  assert.deepEqual((await download(viewer, body.file.id)).bytes, bytes);
  assert.equal((await download(stranger, body.file.id)).status, 404);
});

Deno.test("content that is there already is linked too", async () => {
  const name = fresh("linked");
  const { id } = (await append(owner, name, ["hello"])).body.conversation;
  await share(id, viewer, "viewer");
  const bytes = text(300);
  const first = await upload(owner, bytes);
  assert.equal((await download(viewer, first.body.file.id)).status, 404);
  const again = await upload(owner, bytes, {
    query: `continuation_id=${name}`,
  });
  assert.equal(again.status, 200);
  assert.equal((await download(viewer, first.body.file.id)).status, 200);
});

Deno.test("an unknown or unseen conversation is 404, a viewer's 403, and nothing is left", async () => {
  const name = fresh("refused");
  const { id } = (await append(owner, name, ["hello"])).body.conversation;
  await share(id, viewer, "viewer");
  const refused = (actor: typeof owner, continuation_id: string) =>
    upload(actor, text(30), { query: `continuation_id=${continuation_id}` });
  assertProblem(await refused(owner, fresh("none")), 404, "not_found");
  assertProblem(await refused(stranger, id), 404, "not_found");
  assertProblem(await refused(viewer, id), 403, "read_only");
  assert.deepEqual(await leftBy(viewer), nothing);
});

Deno.test("parameters of Content-Type are kept and given back", async () => {
  const type = "Text/Markdown; charset=utf-8; variant=GFM";
  const { body } = await upload(owner, text(30), { type });
  assert.equal(body.file.mime_type, "text/markdown");
  const { headers } = await download(owner, body.file.id);
  assert.equal(
    headers.get("Content-Type"),
    "text/markdown; charset=utf-8; variant=GFM",
  );
});

Deno.test("an empty text file goes up and comes down", async () => {
  const { status, body } = await upload(owner, new Uint8Array());
  assert.ok(status === 201 || status === 200, String(status));
  assert.equal(body.file.size_bytes, 0);
  const down = await download(owner, body.file.id);
  assert.equal(down.status, 200);
  assert.equal(down.headers.get("Content-Length"), "0");
  assert.equal(down.bytes.byteLength, 0);
});

Deno.test("an unknown bucket and an unknown query are 422", async () => {
  const query = (query: string) => upload(owner, text(30), { query });
  assertInvalid(await query("bucket=other"), "/bucket");
  assert.equal(
    (await query("buckets=user-files")).body.code,
    "validation_failed",
  );
});

Deno.test("a type that the bucket does not take is 415 with those that it takes", async () => {
  const pdf = await upload(owner, "%PDF-1.7\n", {
    type: "application/pdf",
    query: "bucket=generated-files",
  });
  assertProblem(pdf, 415, "unsupported_media_type");
  assert.deepEqual(pdf.body.allowed, ["text/*", "application/json", "image/*"]);
});

Deno.test("without a user nothing goes up", async () => {
  assertProblem(await upload(nobody, text(30)), 401, "unauthenticated");
});
