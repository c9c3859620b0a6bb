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
import { dialects } from "./context_shapes.ts";

const [owner, stranger] = await Promise.all([
  signUp("owner"),
  signUp("stranger"),
]);

function context(actor: Actor, name: string, query: string): Promise<Answer> {
  return request(actor, `conversation-history/${name}/context?${query}`);
}

/** A new conversation of these messages. */
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

const positions = ({ body }: Answer) =>
  body.messages.map(({ position }: { position: number }) => position);

const call = (...ids: string[]): Draft => ({
  role: "assistant",
  parts: ids.map((id) => ({ type: "tool_call", id })),
});
const result = (...ids: string[]): Draft => ({
  role: "tool",
  parts: ids.map((id) => ({ type: "tool_result", tool_call_id: id })),
});

function erase(name: string, seq: number): Promise<Answer> {
  const path = `conversation-history/${name}/messages/${seq}`;
  return request(owner, path, { method: "DELETE" });
}

Deno.test("the newest that fit are chosen, oldest first, and as history gives them", async () => {
  const name = await conversationOf({}, {}, {}, {});
  const { body } = await context(owner, name, "max_tokens=25");
  const page = await history(owner, name, "limit=2");
  assert.deepEqual(body, {
    conversation: page.body.conversation,
    messages: page.body.messages,
    tokens_used: 20,
    estimated: false,
    omitted_before_position: 3,
  });
});

Deno.test("all of a conversation that fits omits nothing", async () => {
  const name = await conversationOf({}, {});
  const { body } = await context(owner, name, "max_tokens=20");
  assert.equal(body.messages.length, 2);
  assert.equal(body.omitted_before_position, null);
});

Deno.test("system and developer messages are kept wherever they stand and are not what is omitted", async () => {
  const name = await conversationOf(
    { role: "system" },
    { token_count: 100 },
    { role: "developer" },
    {},
  );
  const answer = await context(owner, name, "max_tokens=30");
  assert.deepEqual(positions(answer), [1, 3, 4]);
  assert.equal(answer.body.tokens_used, 30);
  assert.equal(answer.body.omitted_before_position, 4);
  const newest = await conversationOf({ role: "system" }, {});
  const all = await context(owner, newest, "max_tokens=20");
  assert.equal(all.body.omitted_before_position, null);
});

Deno.test("system messages alone are a context", async () => {
  const name = await conversationOf({ role: "system" }, { role: "system" });
  const answer = await context(owner, name, "max_tokens=20");
  assert.deepEqual(positions(answer), [1, 2]);
  assert.equal(answer.body.omitted_before_position, null);
  const small = await context(owner, name, "max_tokens=19");
  assertProblem(small, 422, "budget_too_small");
  assert.equal(small.body.tokens_needed, 20);
});

Deno.test("the budget is met exactly and never passed; a message too large for it says what it needs", async () => {
  const name = await conversationOf({ role: "system" }, {}, {});
  assert.deepEqual(positions(await context(owner, name, "max_tokens=30")), [
    1,
    2,
    3,
  ]);
  for (const max_tokens of [29, 20]) {
    const answer = await context(owner, name, `max_tokens=${max_tokens}`);
    assert.deepEqual(positions(answer), [1, 3]);
  }
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
    positions(await context(owner, name, "max_tokens=50")),
    [2, 3, 4, 5, 6],
  );
  assert.deepEqual(positions(await context(owner, name, "max_tokens=49")), [6]);
});

Deno.test("a result of several calls takes all of them", async () => {
  const name = await conversationOf(
    call("a"),
    call("b"),
    {},
    result("b", "a"),
    {},
  );
  assert.equal(
    positions(await context(owner, name, "max_tokens=50")).length,
    5,
  );
  assert.deepEqual(positions(await context(owner, name, "max_tokens=49")), [5]);
});

Deno.test("an id that is used again belongs to the nearest call before its result", async () => {
  const name = await conversationOf(
    call("a"),
    result("a"),
    call("a"),
    result("a"),
  );
  assert.deepEqual(
    positions(await context(owner, name, "max_tokens=20")),
    [3, 4],
  );
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
  assert.deepEqual(positions(enough), [2, 3, 4]);
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
    positions(await context(owner, name, "max_tokens=30")),
    [2, 3, 4],
  );
});

Deno.test("a result whose call is nowhere is a message like another, in the words of every provider", async () => {
  for (const { name: dialect, resultRoles, result } of dialects) {
    for (const part of result("lost")) {
      const [role] = resultRoles;
      const name = await conversationOf({ role: "system" }, {}, {
        role,
        parts: [part],
      });
      const shape = `${dialect}: ${JSON.stringify(part)}`;
      const all = await context(owner, name, "max_tokens=1000");
      assert.deepEqual(positions(all), [1, 2, 3], shape);
      const newest = await context(owner, name, "max_tokens=20");
      assert.deepEqual(positions(newest), [1, 3], shape);
      assert.equal(newest.body.omitted_before_position, 3);
    }
  }
});

Deno.test("every way of calling a tool is known by every way of answering it", async () => {
  for (const { name: dialect, resultRoles, call, result } of dialects) {
    for (const [index, calling] of call("c1").entries()) {
      const answering = result("c1")[index % result("c1").length]!;
      const name = await conversationOf(
        { role: "assistant", content: null, parts: [calling] },
        { role: resultRoles[0], content: null, parts: [answering] },
      );
      const small = await context(owner, name, "max_tokens=19");
      const shape = `${dialect}: ${JSON.stringify([calling, answering])}`;
      assert.equal(small.status, 422, shape);
      assert.equal(small.body.tokens_needed, 20, shape);
      const both = await context(owner, name, "max_tokens=20");
      assert.deepEqual(positions(both), [1, 2], shape);
    }
  }
});

Deno.test("a consent belongs to the request for it, and that to its call", async () => {
  const pairs = [
    [
      {
        type: "mcp_approval_request",
        id: "ask",
        name: "look",
        arguments: "{}",
      },
      {
        type: "mcp_approval_response",
        approval_request_id: "ask",
        approve: true,
      },
    ],
    [
      { type: "tool-approval-request", approvalId: "ask", toolCallId: "c1" },
      { type: "tool-approval-response", approvalId: "ask", approved: false },
    ],
  ];
  for (const [asking, answering] of pairs) {
    const name = await conversationOf(
      call("c1"),
      { role: "assistant", parts: [asking] },
      { role: "tool", parts: [answering] },
    );
    const small = await context(owner, name, "max_tokens=10");
    assertProblem(small, 422, "budget_too_small");
    assert.ok(small.body.tokens_needed >= 20);
  }
});

Deno.test("an erased message is as if it were absent, and its result a message like another", async () => {
  const name = await conversationOf(
    {},
    call("a"),
    call("b"),
    result("a", "b"),
    {},
  );
  await erase(name, 2);
  const pair = await context(owner, name, "max_tokens=30");
  assert.deepEqual(positions(pair), [3, 4, 5]);
  assert.deepEqual(positions(await context(owner, name, "max_tokens=29")), [5]);
  await erase(name, 3);
  const alone = await context(owner, name, "max_tokens=20");
  assert.deepEqual(positions(alone), [4, 5]);
  const all = await context(owner, name, "max_tokens=30");
  assert.deepEqual(positions(all), [1, 4, 5]);
  assert.equal(all.body.omitted_before_position, null);
  for (const seq of [1, 4, 5]) await erase(name, seq);
  const { body } = await context(owner, name, "max_tokens=1");
  assert.deepEqual(body.messages, []);
  assert.equal(body.omitted_before_position, null);
});

Deno.test("only the live line is read: what was rewound or revised is not in it", async () => {
  const name = await conversationOf({ role: "system" }, {}, call("a"), {});
  await append(owner, name, [
    { role: "system", content: "y", token_count: 7, revises: 1 },
    { ...result("a"), content: "y", token_count: 5 },
  ], { after_position: 3 });
  const answer = await context(owner, name, "max_tokens=1000");
  assert.deepEqual(positions(answer), [1, 2, 3, 6]);
  assert.equal(answer.body.tokens_used, 32);
  const small = await context(owner, name, "max_tokens=21");
  assertProblem(small, 422, "budget_too_small");
  assert.equal(small.body.tokens_needed, 22);
});

Deno.test("a call that was revised to something else leaves its result a message like another", async () => {
  const name = await conversationOf({}, call("a"), {}, result("a"));
  await append(owner, name, [
    { role: "assistant", content: "no call", token_count: 10, revises: 2 },
  ]);
  const answer = await context(owner, name, "max_tokens=10");
  assert.deepEqual(positions(answer), [4]);
});

Deno.test("an editor's instructions take at most half of a budget and never the place of what the owner needs", async () => {
  const name = await conversationOf({ role: "system" }, {}, {}, {}, {});
  const { id } = (await history(owner, name)).body.conversation;
  const editor = await signUp("editor");
  const path = `conversation-history/${name}/members/${editor.id}`;
  await request(owner, path, { method: "PUT", json: { role: "editor" } });
  const instruct = (token_count: number) =>
    append(editor, id, [{ role: "developer", content: "x", token_count }]);

  await instruct(2_147_483_647);
  for (const actor of [owner, editor]) {
    const answer = await context(actor, id, "max_tokens=20");
    assert.deepEqual(positions(answer), [1, 5]);
  }
  for (let count = 0; count < 4; count++) await instruct(10);
  // Half of 40 is two instructions, and the newest are taken.
  const half = await context(owner, name, "max_tokens=40");
  assert.deepEqual(positions(half), [1, 5, 9, 10]);
  assert.equal(half.body.tokens_used, 40);
  // The owner's instructions and the newest message leave room for one.
  const beside = await context(owner, name, "max_tokens=30");
  assert.deepEqual(positions(beside), [1, 5, 10]);
  const few = await context(owner, name, "max_tokens=1000&max_messages=2");
  assert.deepEqual(positions(few), [1, 5]);
  const most = await context(owner, name, "max_tokens=90");
  assert.deepEqual(positions(most), [1, 2, 3, 4, 5, 7, 8, 9, 10]);
});

Deno.test("estimated says whether any count in the context is an estimate", async () => {
  const name = await conversationOf({ token_count: undefined }, {});
  const { body: whole } = await context(owner, name, "max_tokens=1000");
  assert.equal(whole.estimated, true);
  const { body: newest } = await context(owner, name, "max_tokens=10");
  assert.equal(newest.estimated, false);
});

Deno.test("a context holds at most max_messages, instructions included", async () => {
  const name = await conversationOf({ role: "system" }, {}, {}, {});
  const query = (max_messages: number) =>
    `max_tokens=1000&max_messages=${max_messages}`;
  assert.deepEqual(positions(await context(owner, name, query(3))), [1, 3, 4]);
  assertProblem(
    await context(owner, name, query(1)),
    422,
    "budget_too_small",
  );
});

Deno.test("a context never weighs more than 4 MiB, and a call that lies further back counts as nowhere", async () => {
  const name = fresh("context");
  await append(owner, name, [{ content: "x", token_count: 0, ...call("far") }]);
  for (let count = 0; count < 5; count++) {
    await append(owner, name, [{
      content: "x".repeat(1_048_576),
      token_count: 0,
    }]);
  }
  const answer = await context(owner, name, "max_tokens=1");
  assert.equal(answer.status, 200);
  assert.deepEqual(positions(answer), [4, 5, 6]);
  await append(owner, name, [{
    content: "x",
    token_count: 0,
    ...result("far"),
  }]);
  const far = await context(owner, name, "max_tokens=1");
  assert.equal(far.status, 200, far.text);
  assert.deepEqual(positions(far), [4, 5, 6, 7]);
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
    omitted_before_position: null,
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

Deno.test("parts of a context come back as the text that was sent", async () => {
  const name = fresh("context");
  const parts =
    '[{"type":"tool_use","id":"toolu_01","input":{"b":1.0,"a":"\\u003c","a":2}}]';
  const body =
    `{"continuation_id":"${name}","messages":[{"role":"assistant","parts":${parts}}]}`;
  await request(owner, "conversation-append", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
  });
  const answer = await context(owner, name, "max_tokens=1000");
  assert.ok(answer.text.includes(`"parts":${parts}`), answer.text);
});

Deno.test("more results in a message than are kept are answered", async () => {
  const name = fresh("context");
  const parts = Array.from(
    { length: 20_000 },
    (_, n) => ({ type: "tool_result", tool_use_id: `c${n}` }),
  );
  const stored = await append(owner, name, [
    { content: "first" },
    { role: "tool", content: "all", parts },
    { content: "last" },
  ]);
  assert.equal(stored.status, 201, stored.text);
  const { status, body } = await context(owner, name, "max_tokens=1000");
  assert.equal(status, 200);
  assert.equal(body.messages.at(-1).content, "last");
});
