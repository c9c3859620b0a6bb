/** What each method of a conversation sends and gives back, against the real functions. */
import assert from "node:assert/strict";
import { ContinuumError, type Message } from "../../client/src/index.ts";
import { fresh } from "../support/http.ts";
import { newClient } from "./clients.ts";

const { client } = await newClient("owner");

const contents = (messages: Message[]) =>
  messages.map(({ content }) => content);

/** A conversation with messages of these contents. */
async function conversationOf(...texts: string[]) {
  const conversation = client.conversation(fresh("talk"));
  await conversation.append(
    texts.map((content) => ({ role: "user", content })),
  );
  return conversation;
}

Deno.test("messages that were appended are read in order, with what came with them", async () => {
  const conversation = client.conversation(fresh("talk"));
  const answer = await conversation.append([
    { role: "user", content: "Hello", client_id: "a", metadata: { n: 1 } },
    { role: "assistant", content: null, parts: [{ type: "text", text: "Hi" }] },
  ], { title: "Greeting", metadata: { project: "atlas" }, expectedSeq: 0 });
  assert.equal(answer.replayed, false);
  assert.equal(answer.conversation.title, "Greeting");
  assert.deepEqual(answer.conversation.metadata, { project: "atlas" });

  assert.deepEqual(await conversation.messages().all(), answer.messages);
  assert.deepEqual((await conversation.message(1)).metadata, { n: 1 });
  const second = answer.messages[1]!;
  assert.deepEqual(await conversation.message(second.id), second);
});

Deno.test("the same idempotencyKey stores a batch once", async () => {
  const conversation = client.conversation(fresh("talk"));
  const options = { idempotencyKey: 'turn "1" \\' };
  const [first, again] = [
    await conversation.append([{ role: "user", content: "x" }], options),
    await conversation.append([{ role: "user", content: "x" }], options),
  ];
  assert.equal(again.replayed, true);
  assert.deepEqual(again.messages, first.messages);
  assert.equal(
    (await conversation.append([{ role: "user", content: "x" }]))
      .conversation.last_seq,
    2,
  );
});

Deno.test("messages are read page by page, in both directions and within bounds", async () => {
  const conversation = await conversationOf("1", "2", "3", "4", "5");
  const read = async (options: object) =>
    contents(await conversation.messages({ limit: 2, ...options }).all());
  assert.deepEqual(await read({}), ["1", "2", "3", "4", "5"]);
  assert.deepEqual(await read({ after: 1, before: 5 }), ["2", "3", "4"]);
  assert.deepEqual(await read({ newestFirst: true }), [
    "5",
    "4",
    "3",
    "2",
    "1",
  ]);
  assert.deepEqual(
    await read({ newestFirst: true, after: 1, before: 5 }),
    ["4", "3", "2"],
  );
  const pages = [];
  for await (const page of conversation.messages({ limit: 2 }).pages()) {
    pages.push(contents(page.messages));
  }
  assert.deepEqual(pages, [["1", "2"], ["3", "4"], ["5"]]);
  const newest = await conversation.messages({ limit: 2, newestFirst: true })
    .page();
  assert.deepEqual(contents(newest.messages), ["4", "5"]);
  assert.equal(newest.has_more, true);
});

Deno.test("a conversation that nobody has made reads as empty", async () => {
  const conversation = client.conversation();
  assert.deepEqual(await conversation.messages().all(), []);
  assert.equal((await conversation.get()).conversation, null);
  assert.deepEqual(await conversation.branches(), []);
});

Deno.test("a context fits the budget, and says what is missing if nothing does", async () => {
  const conversation = await conversationOf("a".repeat(400), "b".repeat(40));
  const { messages, tokens_used } = await conversation.context({
    maxTokens: 20,
  });
  assert.deepEqual(contents(messages), ["b".repeat(40)]);
  assert.equal(tokens_used, 10);
  await assert.rejects(
    conversation.context({ maxTokens: 1 }),
    (error: ContinuumError) =>
      error.code === "budget_too_small" && error.problem.tokens_needed === 10,
  );
});

Deno.test("revise, rewind and branches: the line reads as it was made to, and every line can be gone back to", async () => {
  const conversation = await conversationOf("u1", "a1", "u2", "a2");
  await conversation.append([{ role: "assistant", content: "a2'" }], {
    afterPosition: 3,
  });
  await conversation.revise(2, { role: "assistant", content: "a1'" });
  const line = async () => contents(await conversation.messages().all());
  assert.deepEqual(await line(), ["u1", "a1'", "u2", "a2'"]);

  const branches = await conversation.branches();
  assert.deepEqual(
    branches.map(({ head_position, fork_position, is_live, last_message }) => [
      head_position,
      fork_position,
      is_live,
      last_message.content,
    ]),
    [[5, 5, true, "a2'"], [4, 3, false, "a2"]],
  );
  await conversation.update({ headPosition: 4 });
  assert.deepEqual(await line(), ["u1", "a1'", "u2", "a2"]);

  await conversation.rewind(1);
  assert.deepEqual(await line(), ["u1"]);
  assert.deepEqual(
    (await conversation.branches()).map((
      { head_position, is_live },
    ) => [head_position, is_live]),
    [[5, false], [4, false], [1, true]],
  );
  assert.equal((await conversation.messages({ view: "log" }).all()).length, 6);
});

Deno.test("an update with the ETag of an older state is refused", async () => {
  const conversation = await conversationOf("x");
  const { etag } = await conversation.get();
  const changed = await conversation.update(
    { title: "New", metadata: { a: 1 }, archived: true, ttlSeconds: 3600 },
    { ifMatch: etag },
  );
  assert.equal(changed.title, "New");
  assert.equal(changed.ttl_seconds, 3600);
  assert.notEqual(changed.archived_at, null);
  await assert.rejects(
    conversation.update({ title: "Newer" }, { ifMatch: etag }),
    { code: "precondition_failed", status: 412, retryable: false },
  );
});

Deno.test("a fork goes on by itself", async () => {
  const source = await conversationOf("1", "2", "3");
  const copy = await source.fork({ throughPosition: 2, title: "Copy" });
  assert.equal(copy.title, "Copy");
  const fork = client.conversation(copy.continuation_id);
  await fork.append([{ role: "user", content: "3'" }]);
  assert.deepEqual(contents(await fork.messages().all()), ["1", "2", "3'"]);
  const taken = { continuationId: copy.continuation_id };
  await assert.rejects(source.fork(taken), {
    code: "already_exists",
    outcomeUnknown: false,
  });
});

Deno.test("an export holds every line, and its bytes are the same", async () => {
  const conversation = await conversationOf("1", "2");
  const lines = [];
  for await (const line of conversation.export()) lines.push(line);
  assert.deepEqual(lines.map(({ type }) => type), [
    "conversation",
    "message",
    "message",
    "end",
  ]);
  const text = await new Response(await conversation.export().stream()).text();
  assert.deepEqual(
    text.trimEnd().split("\n").map((line) => JSON.parse(line)),
    lines,
  );
});

Deno.test("what is erased is gone, and what is deleted reads as empty", async () => {
  const conversation = await conversationOf("secret", "kept");
  const erased = await conversation.erase(1);
  assert.equal(erased?.content, null);
  assert.deepEqual(contents(await conversation.messages().all()), [
    null,
    "kept",
  ]);
  const { conversation: before } = await conversation.get();
  const deleted = await conversation.delete();
  assert.equal(deleted?.conversation_id, before?.id);
  assert.equal(deleted?.messages, 2);
  assert.deepEqual(await conversation.messages().all(), []);
  await assert.rejects(conversation.delete(), { code: "not_found" });
});

Deno.test("lists and searches find what their filters say, over several pages", async () => {
  const { client } = await newClient("lister");
  const word = `zyx${crypto.randomUUID().slice(0, 8)}`;
  for (const n of [1, 2, 3]) {
    await client.conversation(`list/${n}`).append(
      [{ role: "user", content: `${word} ${n}` }],
      { metadata: { odd: n % 2 === 1 } },
    );
  }
  await client.conversation("other").append([], { title: "Other" });
  const names = async (options: object) =>
    (await client.list({ limit: 1, ...options }).all())
      .map(({ continuation_id }) => continuation_id);
  assert.deepEqual(await names({}), ["other", "list/3", "list/2", "list/1"]);
  assert.deepEqual(await names({ prefix: "list/" }), [
    "list/3",
    "list/2",
    "list/1",
  ]);
  assert.deepEqual(await names({ metadata: { odd: true } }), [
    "list/3",
    "list/1",
  ]);
  const { next_cursor } = await client.list({ limit: 2 }).page();
  assert.deepEqual(await names({ cursor: next_cursor }), ["list/2", "list/1"]);
  await client.conversation("list/1").update({ archived: true });
  assert.deepEqual(await names({ archived: true }), ["list/1"]);
  const hits = await client.search(word, { limit: 1 }).all();
  assert.equal(hits.length, 3);
  assert.ok(hits.every(({ snippet }) => snippet.includes(`⟦${word}⟧`)));
});

Deno.test("a share is read by its id at once, listed once accepted, and ended by either side", async () => {
  const guest = await newClient("guest");
  const conversation = await conversationOf("shared");
  const { conversation: row } = await conversation.get();
  const seen = guest.client.conversation(row!.id);
  await conversation.members.put(guest.user.id, "viewer");
  assert.deepEqual(contents(await seen.messages().all()), ["shared"]);
  assert.equal((await guest.client.invitations().all()).length, 1);
  assert.equal((await guest.client.list().all()).length, 0);

  assert.equal((await seen.members.get("me")).role, "viewer");
  await seen.accept();
  assert.equal((await guest.client.list().all()).length, 1);
  await assert.rejects(seen.append([{ role: "user", content: "x" }]), {
    code: "read_only",
    outcomeUnknown: false,
  });
  await conversation.members.put(guest.user.id, "editor");
  await seen.append([{ role: "user", content: "x" }]);
  assert.equal((await conversation.members.list()).length, 1);

  await seen.decline();
  assert.deepEqual(await seen.messages().all(), []);
  await conversation.members.remove(guest.user.id);
});

Deno.test("an error has the problem's code, its pointers and the request's id", async () => {
  const conversation = await conversationOf("x");
  await assert.rejects(
    conversation.append([{ role: "user", content: "" }]),
    (error: unknown) => {
      assert.ok(error instanceof ContinuumError);
      assert.equal(error.code, "validation_failed");
      assert.equal(error.status, 422);
      assert.equal(error.retryable, false);
      assert.equal(error.errors[0]?.pointer, "/messages/0/content");
      assert.match(error.requestId ?? "", /./);
      assert.match(error.idempotencyKey ?? "", /./);
      return true;
    },
  );
  await assert.rejects(
    conversation.append([{ role: "user", content: "y" }], { expectedSeq: 7 }),
    (error: ContinuumError) =>
      error.code === "seq_conflict" && error.problem.last_seq === 1,
  );
});

Deno.test("an id that a URL cannot hold is refused before anything is sent", () => {
  for (const id of ["", ".", ".."]) {
    assert.throws(() => client.conversation(id), TypeError);
  }
});
