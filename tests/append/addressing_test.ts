import assert from "node:assert/strict";
import { cast } from "../support/actors.ts";
import { append, fresh, history } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import { withSql } from "../support/sql.ts";

const { owner, viewer, editor, stranger } = await cast();

/** A conversation of the owner's with one message, shared with viewer and editor; its id. */
async function sharedConversation(): Promise<string> {
  const { body } = await append(owner, fresh("shared"), ["first"]);
  const id: string = body.conversation.id;
  await share(id, viewer, "viewer");
  await share(id, editor, "editor");
  return id;
}

Deno.test("the owner addresses a conversation by its continuation id or its id", async () => {
  const name = fresh("both");
  const first = await append(owner, name, ["1"]);
  const { id } = first.body.conversation;
  const second = await append(owner, id, ["2"]);
  assert.equal(second.body.conversation.id, id);
  assert.equal(
    second.headers.get("Location"),
    `conversation-history/${name}`,
  );
  assert.equal(
    (await history(owner, name)).text,
    (await history(owner, id)).text,
  );
});

Deno.test("a caller's own continuation id goes before the id of a shared conversation", async () => {
  const id = await sharedConversation();
  // A name of the editor's that happens to be the id of the owner's conversation.
  await withSql((sql) =>
    sql`
      insert into continuum.conversations (owner_id, continuation_id, title)
      values (${editor.id}, ${id}, 'Mine')
    `
  );
  const { status, body } = await append(editor, id, ["to my own"]);
  assert.equal(status, 201);
  assert.equal(body.conversation.owner_id, editor.id);
  assert.equal(body.conversation.title, "Mine");
  assert.equal((await history(owner, id)).body.messages.length, 1);
});

Deno.test("the same continuation id of two users names two conversations", async () => {
  const name = fresh("same");
  const [mine, theirs] = [
    await append(owner, name, ["mine"]),
    await append(stranger, name, ["theirs"]),
  ];
  assert.notEqual(mine.body.conversation.id, theirs.body.conversation.id);
  const page = await history(owner, name);
  assert.deepEqual(page.body.messages, mine.body.messages);
});

Deno.test("an editor appends to a shared conversation by its id, in their own name", async () => {
  const id = await sharedConversation();
  const { status, body, headers } = await append(editor, id, ["second"]);
  assert.equal(status, 201);
  assert.equal(body.conversation.access, "editor");
  assert.equal(body.messages[0].seq, 2);
  assert.equal(body.messages[0].author_id, editor.id);
  assert.equal(headers.get("Location"), `conversation-history/${id}`);
  const page = await history(owner, id);
  assert.deepEqual(page.body.messages[1], body.messages[0]);
});

Deno.test("an editor cannot address a shared conversation by its owner's continuation id", async () => {
  const name = fresh("theirs");
  const { body } = await append(owner, name, ["first"]);
  await share(body.conversation.id, editor, "editor");
  const answer = await append(editor, name, ["mine"]);
  assert.equal(answer.body.conversation.owner_id, editor.id);
  assert.equal((await history(owner, name)).body.messages.length, 1);
});

Deno.test("a viewer's append is refused as 403 read_only and writes nothing", async () => {
  const id = await sharedConversation();
  const before = await history(owner, id);
  assertProblem(await append(viewer, id, ["second"]), 403, "read_only");
  assert.equal((await history(owner, id)).text, before.text);
  assert.equal((await history(viewer, id)).body.messages.length, 1);
});

Deno.test("a stranger who appends to the id of another's conversation gets one of their own", async () => {
  const id = await sharedConversation();
  const { status, body } = await append(stranger, id, ["hello?"]);
  assert.equal(status, 201);
  assert.equal(body.conversation.owner_id, stranger.id);
  assert.equal(body.conversation.continuation_id, id);
  assert.equal(body.messages[0].seq, 1);
  assert.equal((await history(owner, id)).body.messages.length, 1);
});
