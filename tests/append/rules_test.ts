import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";

const owner = await signUp("owner");

// deno-lint-ignore no-explicit-any -- messages of an answer
const seqs = (messages: any[]) => messages.map((message) => message.seq);

Deno.test("an append creates the conversation that it names, with defaults", async () => {
  const name = fresh("abcdefgh");
  const { status, body } = await append(owner, name, ["hello"]);
  assert.equal(status, 201);
  const { id, created_at, updated_at, last_activity_at, ...conversation } =
    body.conversation;
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.ok(Date.parse(created_at) <= Date.parse(last_activity_at));
  assert.ok(Date.parse(last_activity_at) <= Date.parse(updated_at));
  assert.deepEqual(conversation, {
    continuation_id: name,
    owner_id: owner.id,
    title: "Conversation abcdefgh",
    metadata: {},
    last_seq: 1,
    head_position: 1,
    access: "owner",
    archived_at: null,
    ttl_seconds: null,
  });
  assert.equal(body.replayed, false);
});

Deno.test("a message is answered as stored, all fields present", async () => {
  const { body } = await append(owner, fresh("defaults"), ["hello"]);
  const { id, created_at, ...message } = body.messages[0];
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.ok(Math.abs(Date.parse(created_at) - Date.now()) < 3_600_000);
  assert.deepEqual(message, {
    seq: 1,
    position: 1,
    parent_position: 0,
    live: true,
    role: "user",
    content: "hello",
    parts: null,
    metadata: {},
    token_count: 2,
    client_id: id,
    author_id: owner.id,
    file_ids: [],
    erased_at: null,
  });
});

Deno.test("without a continuation id the server makes one, and another each time", async () => {
  const [first, second] = await Promise.all(
    [1, 2].map(() =>
      request(owner, "conversation-append", {
        json: { messages: [{ role: "user", content: "hello" }] },
      })
    ),
  );
  assert.equal(first?.status, 201);
  assert.equal(second?.status, 201);
  const name = first?.body.conversation.continuation_id;
  assert.notEqual(name, second?.body.conversation.continuation_id);
  assert.equal((await history(owner, name)).body.messages.length, 1);
});

Deno.test("without a continuation id a retry by Idempotency-Key finds the conversation that it made", async () => {
  const headers = { "Idempotency-Key": fresh("creation") };
  const create = (content: string, actor = owner) =>
    request(actor, "conversation-append", {
      json: { messages: [{ role: "user", content }] },
      headers,
    });
  const answers = await Promise.all([1, 2, 3].map(() => create("hello")));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 201]);
  for (const { body } of answers) {
    assert.equal(body.conversation.id, answers[0]?.body.conversation.id);
    assert.equal(body.messages[0].id, answers[0]?.body.messages[0].id);
    assert.equal(body.conversation.last_seq, 1);
  }
  assertProblem(await create("other"), 422, "idempotency_mismatch");

  const other = await create("hello", await signUp("other"));
  assert.equal(other.status, 201, "a key is its user's own");
});

for (
  const type of [
    "application/json;",
    "application/json ; charset=utf-8",
    "application/json; charset = utf-8",
    "Application/JSON;charset=UTF-8;",
  ]
) {
  Deno.test(`"${type}" is JSON`, async () => {
    const answer = await request(owner, "conversation-append", {
      body: JSON.stringify({ messages: [{ role: "user", content: "hello" }] }),
      headers: { "Content-Type": type },
    });
    assert.equal(answer.status, 201);
  });
}

Deno.test("title and metadata are taken when the append creates the conversation", async () => {
  const { body } = await append(owner, fresh("titled"), ["hello"], {
    title: "Release notes",
    metadata: { tool: "review", nested: { deep: [1, null, true] } },
  });
  assert.equal(body.conversation.title, "Release notes");
  assert.deepEqual(body.conversation.metadata, {
    tool: "review",
    nested: { deep: [1, null, true] },
  });
});

Deno.test("title and metadata of an append to an existing conversation are left alone", async () => {
  const name = fresh("titled");
  await append(owner, name, ["1"], { title: "First", metadata: { n: 1 } });
  const { status, body } = await append(owner, name, ["2"], {
    title: "Second",
    metadata: { n: 2 },
  });
  assert.equal(status, 201);
  assert.equal(body.conversation.title, "First");
  assert.deepEqual(body.conversation.metadata, { n: 1 });
});

Deno.test("a batch is contiguous, seq starts at 1 and goes on where it ended", async () => {
  const name = fresh("seq");
  const first = await append(owner, name, ["1", "2", "3"]);
  assert.deepEqual(seqs(first.body.messages), [1, 2, 3]);
  const second = await append(owner, name, ["4", "5"]);
  assert.deepEqual(seqs(second.body.messages), [4, 5]);
  assert.equal(second.body.conversation.last_seq, 5);
  const page = await history(owner, name);
  assert.deepEqual(seqs(page.body.messages), [1, 2, 3, 4, 5]);
  assert.deepEqual(
    page.body.messages,
    [...first.body.messages, ...second.body.messages],
  );
});

Deno.test("Location names the history of the conversation, whatever its name holds", async () => {
  const name = fresh("a/b?c#d%20 é");
  const answer = await append(owner, name, ["hello"]);
  const location = answer.headers.get("Location") ?? "";
  assert.equal(location, `conversation-history/${encodeURIComponent(name)}`);
  const page = await request(owner, location);
  assert.deepEqual(page.body.messages, answer.body.messages);
});

Deno.test("a token count is the client's, else an estimate of content and parts", async () => {
  const { body } = await append(owner, fresh("tokens"), [
    { content: "abcd" },
    { content: "abcde" },
    { content: "😀é" },
    { content: "abcd", token_count: 77 },
    { content: "abcd", token_count: 0 },
    { content: "", parts: [{ type: "text", text: "abcdefgh" }] },
  ]);
  assert.deepEqual(
    body.messages.slice(0, 5).map((m: { token_count: number }) =>
      m.token_count
    ),
    [1, 2, 2, 77, 0],
  );
  assert.ok(body.messages[5].token_count >= 2);
});

Deno.test("parts and metadata are stored as given", async () => {
  const parts = [
    { type: "tool_call", id: "c1", arguments: { path: "/tmp", n: 1.5 } },
    { type: "text", text: '{"looks": "like JSON"}' },
    {},
  ];
  const metadata = { model: "m", list: [[], {}], "": "empty key", no: null };
  const name = fresh("parts");
  await append(owner, name, [{
    role: "assistant",
    content: "",
    parts,
    metadata,
  }]);
  const [message] = (await history(owner, name)).body.messages;
  assert.deepEqual(message.parts, parts);
  assert.deepEqual(message.metadata, metadata);
});

Deno.test("expected_seq other than last_seq is 409 seq_conflict with the current one", async () => {
  const name = fresh("expected");
  await append(owner, name, ["1", "2"], { expected_seq: 0 });
  const stale = await append(owner, name, ["3"], { expected_seq: 1 });
  assertProblem(stale, 409, "seq_conflict");
  assert.equal(stale.body.last_seq, 2);
  const right = await append(owner, name, ["3"], { expected_seq: 2 });
  assert.equal(right.status, 201);
  assert.deepEqual(seqs((await history(owner, name)).body.messages), [1, 2, 3]);
});

Deno.test("expected_seq 0 says that the conversation must be new", async () => {
  const name = fresh("expected");
  await append(owner, name, ["1"]);
  const answer = await append(owner, name, ["2"], { expected_seq: 0 });
  assertProblem(answer, 409, "seq_conflict");
  assert.equal(answer.body.last_seq, 1);
});

Deno.test("expected_seq holds for a request without messages, too", async () => {
  const name = fresh("expected");
  await append(owner, name, ["1"]);
  const stale = await append(owner, name, [], { expected_seq: 0 });
  assertProblem(stale, 409, "seq_conflict");
  const right = await append(owner, name, [], { expected_seq: 1 });
  assert.equal(right.status, 200, right.text);
});

Deno.test("an append that is refused creates no conversation", async () => {
  const name = fresh("expected");
  const answer = await append(owner, name, ["1"], { expected_seq: 3 });
  assertProblem(answer, 409, "seq_conflict");
  assert.equal(answer.body.last_seq, 0);
  assert.equal((await history(owner, name)).body.conversation, null);
});
