import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import {
  type Answer,
  append,
  type Draft,
  fresh,
  history,
  request,
} from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";

const [owner, stranger] = await Promise.all([
  signUp("owner"),
  signUp("stranger"),
]);

function context(actor: Actor, name: string, query: string): Promise<Answer> {
  return request(actor, `conversation-history/${name}/context?${query}`);
}

/** A fresh conversation of these messages. */
async function conversationOf(...drafts: Draft[]): Promise<string> {
  const name = fresh("context");
  const { status, text } = await append(
    owner,
    name,
    drafts.map((draft) => ({ content: "x", token_count: 10, ...draft })),
  );
  assert.equal(status, 201, text);
  return name;
}

const seqs = ({ body }: Answer) =>
  body.messages.map(({ seq }: { seq: number }) => seq);

const call = (...ids: string[]): Draft => ({
  role: "assistant",
  parts: ids.map((id) => ({ type: "tool_call", id })),
});
const result = (id: string): Draft => ({
  role: "tool",
  parts: [{ type: "tool_result", tool_call_id: id }],
});

Deno.test("the newest that fit are chosen, oldest first, and as history gives them", async () => {
  const name = await conversationOf({}, {}, {}, {});
  const { body } = await context(owner, name, "max_tokens=25");
  const page = await history(owner, name, "limit=2");
  assert.deepEqual(body, {
    conversation: page.body.conversation,
    messages: page.body.messages,
    tokens_used: 20,
    estimated: false,
    omitted_before_seq: 3,
  });
});

Deno.test("all of a conversation that fits omits nothing", async () => {
  const name = await conversationOf({}, {});
  const { body } = await context(owner, name, "max_tokens=20");
  assert.equal(body.messages.length, 2);
  assert.equal(body.omitted_before_seq, null);
});

Deno.test("system messages are kept wherever they stand and are not what is omitted", async () => {
  const name = await conversationOf(
    { role: "system" },
    { token_count: 100 },
    { role: "system" },
    {},
  );
  const answer = await context(owner, name, "max_tokens=30");
  assert.deepEqual(seqs(answer), [1, 3, 4]);
  assert.equal(answer.body.tokens_used, 30);
  assert.equal(answer.body.omitted_before_seq, 4);
  const newest = await conversationOf({ role: "system" }, {});
  const all = await context(owner, newest, "max_tokens=20");
  assert.equal(all.body.omitted_before_seq, null);
});

Deno.test("system messages alone are a context", async () => {
  const name = await conversationOf({ role: "system" }, { role: "system" });
  const answer = await context(owner, name, "max_tokens=20");
  assert.deepEqual(seqs(answer), [1, 2]);
  assert.equal(answer.body.omitted_before_seq, null);
});

Deno.test("the budget is met exactly and never passed; a message too large for it says what it needs", async () => {
  const name = await conversationOf({ role: "system" }, {}, {});
  assert.deepEqual(seqs(await context(owner, name, "max_tokens=30")), [
    1,
    2,
    3,
  ]);
  assert.deepEqual(seqs(await context(owner, name, "max_tokens=29")), [1, 3]);
  assert.deepEqual(seqs(await context(owner, name, "max_tokens=20")), [1, 3]);
  const small = await context(owner, name, "max_tokens=19");
  assertProblem(small, 422, "budget_too_small");
  assert.equal(small.body.max_tokens, 19);
  assert.equal(small.body.tokens_needed, 20);
});

Deno.test("a result takes its call with it, however many messages lie between, or both stay out", async () => {
  const name = await conversationOf(
    {},
    call("a", "b"),
    result("b"),
    { role: "user" },
    result("a"),
    { role: "assistant" },
  );
  assert.deepEqual(
    seqs(await context(owner, name, "max_tokens=50")),
    [2, 3, 4, 5, 6],
  );
  assert.deepEqual(seqs(await context(owner, name, "max_tokens=49")), [6]);
});

Deno.test("a newest result that does not fit with its call is 422, with all that it needs", async () => {
  const name = await conversationOf(
    {},
    call("a"),
    { role: "user" },
    result("a"),
  );
  const answer = await context(owner, name, "max_tokens=20");
  assertProblem(answer, 422, "budget_too_small");
  assert.equal(answer.body.tokens_needed, 30);
  assert.equal(answer.body.messages_needed, 3);
  const enough = await context(owner, name, "max_tokens=30");
  assert.deepEqual(seqs(enough), [2, 3, 4]);
  const few = await context(owner, name, "max_tokens=1000&max_messages=2");
  assertProblem(few, 422, "budget_too_small");
  assert.equal(few.body.messages_needed, 3);
});

Deno.test("a result without an id answers the assistant before it", async () => {
  const name = await conversationOf(
    { role: "assistant" },
    { role: "assistant" },
    { role: "tool" },
    { role: "tool" },
  );
  assert.deepEqual(
    seqs(await context(owner, name, "max_tokens=30")),
    [2, 3, 4],
  );
});

Deno.test("a result whose call is nowhere ends the window, and alone leaves the system's messages", async () => {
  const name = await conversationOf({ role: "system" }, {}, result("lost"), {});
  const answer = await context(owner, name, "max_tokens=1000");
  assert.deepEqual(seqs(answer), [1, 4]);
  assert.equal(answer.body.omitted_before_seq, 4);
  const newest = await conversationOf({ role: "system" }, {}, result("lost"));
  for (const max_tokens of [10, 25, 1000]) {
    const { body } = await context(owner, newest, `max_tokens=${max_tokens}`);
    assert.equal(body.messages.length, 1);
    assert.equal(body.omitted_before_seq, 4);
  }
});

Deno.test("estimated tells whether a count of the window is ours", async () => {
  const name = await conversationOf({ token_count: undefined }, {});
  const { body: whole } = await context(owner, name, "max_tokens=1000");
  assert.equal(whole.estimated, true);
  const { body: newest } = await context(owner, name, "max_tokens=10");
  assert.equal(newest.estimated, false);
});

Deno.test("a window holds at most max_messages, the system's included", async () => {
  const name = await conversationOf({ role: "system" }, {}, {}, {});
  const query = (max_messages: number) =>
    `max_tokens=1000&max_messages=${max_messages}`;
  assert.deepEqual(seqs(await context(owner, name, query(3))), [1, 3, 4]);
  assertProblem(
    await context(owner, name, query(1)),
    422,
    "budget_too_small",
  );
});

Deno.test("a window never weighs more than 4 MiB, whatever the budget", async () => {
  const name = fresh("context");
  for (let count = 0; count < 6; count++) {
    await append(owner, name, [{
      content: "x".repeat(1048576),
      token_count: 0,
    }]);
  }
  const answer = await context(owner, name, "max_tokens=1");
  assert.equal(answer.status, 200);
  assert.deepEqual(seqs(answer), [4, 5, 6]);
});

Deno.test("the context of a missing conversation and of a hidden one are the same bytes", async () => {
  const name = await conversationOf({});
  const id = (await history(owner, name)).body.conversation.id;
  const [hidden, missing] = await Promise.all(
    [id, crypto.randomUUID()].map((address) =>
      context(stranger, address, "max_tokens=1")
    ),
  );
  assert.deepEqual(missing!.body, {
    conversation: null,
    messages: [],
    tokens_used: 0,
    estimated: false,
    omitted_before_seq: null,
  });
  assert.equal(hidden!.status, missing!.status);
  assert.equal(hidden!.text, missing!.text);
});

Deno.test("max_tokens is required, whole and positive; max_messages is 1 to 2000", async () => {
  const name = await conversationOf({});
  for (const bad of ["", "max_tokens=0", "max_tokens=-1", "max_tokens=1.5"]) {
    assertInvalid(await context(owner, name, bad), "/max_tokens");
  }
  assertInvalid(
    await context(owner, name, "max_tokens=2147483648"),
    "/max_tokens",
  );
  for (const bad of [0, 2001]) {
    assertInvalid(
      await context(owner, name, `max_tokens=9&max_messages=${bad}`),
      "/max_messages",
    );
  }
});

Deno.test("a context of more results than it waits for is answered", async () => {
  const name = fresh("waiting");
  const parts = Array.from(
    { length: 50_000 },
    (_, n) => ({ type: "tool_result", tool_use_id: `c${n}` }),
  );
  const messages = Array.from({ length: 98 }, (_, n) => ({ content: `${n}` }));
  await append(owner, name, [
    ...messages,
    { role: "tool", content: "all", parts },
    { content: "last" },
  ]);
  const { status, body } = await request(
    owner,
    `conversation-history/${name}/context?max_tokens=1000`,
  );
  assert.equal(status, 200);
  assert.equal(body.messages.at(-1).content, "last");
});
