import assert from "node:assert/strict";
import { type Actor, cast, signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import { withSql } from "../support/sql.ts";
import {
  assertConsistent,
  kept,
  storedFile,
  sweepAll,
} from "../support/stored_files.ts";
import { rowsThatName } from "./rows.ts";
import { whileFourAppend } from "./writers.ts";

const { viewer, editor, stranger } = await cast();

const remove = (actor: Actor, address: string) =>
  request(actor, `conversation-history/${encodeURIComponent(address)}`, {
    method: "DELETE",
  });

/** Two messages, two members, a file at the conversation and one at a message. */
async function conversation(owner: Actor) {
  const name = fresh("delete");
  const files = [await storedFile(owner), await storedFile(owner)];
  const { body } = await append(owner, name, ["one", {
    content: "two",
    file_ids: [files[1]!.id],
  }], { file_ids: files.map(({ id }) => id) });
  const id: string = body.conversation.id;
  await share(id, viewer, "viewer");
  await share(id, editor, "editor");
  return { id, name, files };
}

Deno.test("deleting a conversation leaves no row of it, and answers true counts", async () => {
  const owner = await signUp("owner");
  const { id, name } = await conversation(owner);
  assert.ok(Object.keys(await rowsThatName(id)).length >= 4);
  const { status, body } = await remove(owner, name);
  assert.equal(status, 200);
  assert.deepEqual(body, {
    conversation_id: id,
    messages: 2,
    members: 2,
    files_unlinked: 2,
  });
  assert.deepEqual(await rowsThatName(id), {});
  assertProblem(await remove(owner, name), 404, "not_found");
  for (const actor of [owner, viewer, editor]) {
    assert.equal((await history(actor, id)).body.conversation, null);
  }
});

Deno.test("the sweep takes the files that nothing else links, and usage is given back", async () => {
  const owner = await signUp("owner");
  const { id, files } = await conversation(owner);
  await append(owner, fresh("other"), ["keeps one"], {
    file_ids: [files[0]!.id],
  });
  await remove(owner, id);
  assert.equal((await kept(owner.id)).objects.length, 2);
  await sweepAll({ unlinked_seconds: 0 });
  const state = await assertConsistent(owner.id);
  assert.deepEqual(state.rows.map(({ id }) => id), [files[0]!.id]);
  assert.equal(state.objects.length, 1);
  assert.equal(state.bytes_used, files[0]!.size_bytes);
});

Deno.test("a name is free again after its conversation, and begins at 1", async () => {
  const owner = await signUp("owner");
  const { id, name } = await conversation(owner);
  await remove(owner, id);
  const { status, body } = await append(owner, name, ["anew"]);
  assert.equal(status, 201);
  assert.notEqual(body.conversation.id, id);
  assert.equal(body.messages[0].seq, 1);
});

Deno.test("only the owner deletes; a stranger is told what one who asks for nothing is", async () => {
  const owner = await signUp("owner");
  const { id } = await conversation(owner);
  assertProblem(await remove(viewer, id), 403, "owner_only");
  assertProblem(await remove(editor, id), 403, "owner_only");
  const [hidden, missing] = [
    await remove(stranger, id),
    await remove(stranger, crypto.randomUUID()),
  ];
  assertProblem(hidden, 404, "not_found");
  const { request_id: _1, ...ofHidden } = hidden.body;
  const { request_id: _2, ...ofMissing } = missing.body;
  assert.deepEqual(ofHidden, ofMissing);
  assert.equal((await history(owner, id)).body.messages.length, 2);
});

Deno.test("deleted while four append: nothing fails, nothing stays, and the count is what was there", async () => {
  const owner = await signUp("owner");
  const { id, name } = await conversation(owner);
  const { result, answers } = await whileFourAppend(
    owner,
    name,
    async () => {
      const deleted = await remove(owner, name);
      // The writers have gone on in a new conversation once one of them has answered again.
      const after = await append(owner, name, ["after"]);
      return { deleted, after };
    },
  );
  assert.equal(result.deleted.status, 200, result.deleted.text);
  for (const { status, text } of answers) assert.equal(status, 201, text);
  const before = answers.filter(({ body }) => body.conversation.id === id);
  assert.equal(result.deleted.body.messages, before.length + 2);
  assert.deepEqual(await rowsThatName(id), {});
  const { body } = await history(owner, name, "limit=500");
  assert.equal(body.conversation.id, result.after.body.conversation.id);
  assert.equal(body.conversation.last_seq, answers.length - before.length + 1);
});

Deno.test("of two deletions at once one is answered, the other finds nothing", async () => {
  const owner = await signUp("owner");
  const { name } = await conversation(owner);
  const answers = await Promise.all([remove(owner, name), remove(owner, name)]);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 404]);
});

Deno.test("deleting an account leaves no row of it, and after the sweep no object", async () => {
  const [leaver, stays] = [await signUp("leaver"), await signUp("stays")];
  const { id } = await conversation(leaver);
  const shared = await conversation(stays);
  const theirs: string = (await storedFile(leaver)).id;
  await share(shared.id, leaver, "editor");
  await append(leaver, shared.id, [{ content: "mine", file_ids: [theirs] }]);
  await withSql((sql) => sql`delete from auth.users where id = ${leaver.id}`);

  assert.deepEqual(await rowsThatName(leaver.id), {});
  assert.deepEqual(await rowsThatName(id), {});
  // The sweep's note that the file has lost its links is all that names it.
  const { "unlinked_files.file_id": _, ...left } = await rowsThatName(theirs);
  assert.deepEqual(left, {});
  await sweepAll({ unlinked_seconds: 604_800 });
  assert.deepEqual((await kept(leaver.id)).objects, []);

  // What they said in another's conversation is that conversation's.
  const { body } = await history(stays, shared.id);
  assert.deepEqual(
    body.messages.map(({ content, author_id, file_ids }: {
      content: string;
      author_id: string | null;
      file_ids: string[];
    }) => [content, author_id, file_ids.length]),
    [["one", stays.id, 0], ["two", stays.id, 1], ["mine", null, 0]],
  );
  assert.equal((await assertConsistent(stays.id)).objects.length, 2);
});
