import assert from "node:assert/strict";
import { nobody, signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import {
  assertConsistent,
  complete,
  kept,
  put,
  reserve,
  storedFile,
  sweepAll,
} from "../support/stored_files.ts";
import type { Actor } from "../support/actors.ts";

const remove = (actor: Actor, id: string) =>
  request(actor, `file-upload/${id}`, { method: "DELETE" });

Deno.test("deleting a file takes its object and gives its quota back", async () => {
  const owner = await signUp("owner");
  const file = await storedFile(owner, { content: "0123456789" });
  const stays = await storedFile(owner, { content: "01234" });
  assert.equal((await kept(owner.id)).bytes_used, 15);
  const { status, text } = await remove(owner, file.id);
  assert.equal(status, 204);
  assert.equal(text, "");
  const state = await assertConsistent(owner.id);
  assert.equal(state.bytes_used, 5);
  assert.deepEqual(state.objects, [`user-files/${owner.id}/${stays.id}`]);
});

Deno.test("a deleted file is 404 on every route, and no longer in the list", async () => {
  const owner = await signUp("owner");
  const { id } = await storedFile(owner);
  await remove(owner, id);
  for (const path of ["", "/metadata", "/url"]) {
    const answer = await request(owner, `file-download/${id}${path}`);
    assertProblem(answer, 404, "not_found");
  }
  assertProblem(await remove(owner, id), 404, "not_found");
  assertProblem(await complete(owner, id), 404, "not_found");
  assert.deepEqual((await request(owner, "file-download")).body.files, []);
});

Deno.test("a URL signed before the deletion gives nothing after it", async () => {
  const owner = await signUp("owner");
  const { id } = await storedFile(owner);
  const { url } = (await request(owner, `file-download/${id}/url`)).body;
  await remove(owner, id);
  const response = await fetch(url);
  await response.body?.cancel();
  assert.ok(response.status >= 400 && response.status < 500);
});

Deno.test("only the owner deletes a file, editors of a linking conversation included", async () => {
  const [owner, editor, stranger] = await Promise.all(
    ["owner", "editor", "stranger"].map((name) => signUp(name)),
  ) as [Actor, Actor, Actor];
  const { id } = (await append(owner, fresh("files"), ["hello"])).body
    .conversation;
  await share(id, editor, "editor");
  const file = await storedFile(owner, { query: `continuation_id=${id}` });
  assertProblem(await remove(editor, file.id), 404, "not_found");
  assertProblem(await remove(stranger, file.id), 404, "not_found");
  assertProblem(await remove(nobody(), file.id), 401, "unauthenticated");
  assert.equal((await request(editor, `file-download/${file.id}`)).status, 200);
});

Deno.test("of many deletions at once one is 204, and the quota is given back once", async () => {
  const owner = await signUp("owner");
  const { id } = await storedFile(owner);
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => remove(owner, id)),
  );
  const statuses = answers.map(({ status }) => status).sort();
  assert.deepEqual(statuses, [204, 404, 404, 404, 404]);
  assert.equal((await assertConsistent(owner.id)).bytes_used, 0);
});

Deno.test("the message of a deleted file stays and forgets it after a sweep", async () => {
  const owner = await signUp("owner");
  const file = await storedFile(owner);
  const name = fresh("files");
  await append(owner, name, [{ content: "see", file_ids: [file.id] }]);
  await remove(owner, file.id);
  await sweepAll();
  const [message] = (await history(owner, name)).body.messages;
  assert.equal(message.content, "see");
  assert.deepEqual(message.file_ids, []);
});

Deno.test("a reservation can be given up: quota back, and its URL leaves nothing that stays", async () => {
  const owner = await signUp("owner");
  const reservation = await reserve(owner);
  assert.equal((await remove(owner, reservation.body.file.id)).status, 204);
  assert.equal((await kept(owner.id)).bytes_used, 0);
  // The URL is a token of its own and may still be good.
  await put(reservation, "hello");
  await sweepAll();
  const state = await assertConsistent(owner.id);
  assert.deepEqual(state, { rows: [], objects: [], bytes_used: 0 });
});

Deno.test("deleted content can be stored again", async () => {
  const owner = await signUp("owner");
  const first = await storedFile(owner, { content: "again" });
  await remove(owner, first.id);
  const second = await storedFile(owner, { content: "again" });
  assert.notEqual(second.id, first.id);
  await assertConsistent(owner.id);
});
