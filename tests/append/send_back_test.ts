/**
 * A client that keeps the whole list in memory sends it back with every turn. Whatever history gives can
 * be sent as it is, parsed and written anew by JavaScript, and only what is new is stored.
 */
import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import {
  type Answer,
  append,
  appendText,
  fresh,
  history,
  request,
} from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";
import { storedFile } from "../support/stored_files.ts";

const owner = await signUp("owner");

interface Given {
  role: string;
  content: string | null;
  parts: unknown;
  metadata: unknown;
  token_count: number;
  client_id: string;
  created_at: string;
  file_ids: string[];
}

/** The messages of a history as a client sends them back. */
async function givenBy(actor: Actor, id: string): Promise<Given[]> {
  const { body } = await history(actor, id, "after=0&limit=100");
  return body.messages.map((
    {
      role,
      content,
      parts,
      metadata,
      token_count,
      client_id,
      created_at,
      file_ids,
    }: Given,
  ) => ({
    role,
    content,
    parts,
    metadata,
    token_count,
    client_id,
    created_at,
    file_ids,
  }));
}

/** Sends everything back with one new message, twice; asserts that one row is stored each time. */
async function assertOneRowATurn(actor: Actor, id: string) {
  for (const turn of ["first new", "second new"]) {
    const before = await history(actor, id, "after=0&limit=100");
    const answer: Answer = await append(actor, id, [
      ...await givenBy(actor, id) as unknown as Record<string, unknown>[],
      turn,
    ]);
    assert.equal(answer.status, 201, answer.text);
    const stored = before.body.messages;
    assert.deepEqual(answer.body.messages.slice(0, -1), stored);
    assert.equal(answer.body.messages.at(-1).content, turn);
    assert.equal(
      answer.body.conversation.last_seq,
      before.body.conversation.last_seq + 1,
    );
    const after = await history(actor, id, "after=0&limit=100");
    assert.deepEqual(after.body.messages, answer.body.messages);
  }
}

const keyed = (key: string) => ({ headers: { "Idempotency-Key": key } });

const ways: Record<string, (name: string) => Promise<Answer>> = {
  "by Idempotency-Key": (name) => append(owner, name, ["a", "b"], keyed("k")),
  "by client_id": (name) =>
    append(owner, name, [
      { content: "a", client_id: "1" },
      { content: "b", client_id: "2" },
    ]),
  "by both": (name) =>
    append(owner, name, [
      { content: "a", client_id: "1" },
      { content: "b", client_id: "2" },
    ], keyed("k")),
  "by neither": (name) => append(owner, name, ["a", "b"]),
  "by client_id for one and by neither for the other": (name) =>
    append(owner, name, [{ content: "a", client_id: "1" }, "b"], keyed("k")),
};
for (const [way, send] of Object.entries(ways)) {
  Deno.test(`history sent back with one new message stores one row: messages that came ${way}`, async () => {
    const name = fresh("back");
    assert.equal((await send(name)).status, 201);
    await assertOneRowATurn(owner, name);
  });
}

const shapes: Record<string, Record<string, unknown>> = {
  "a count of the client's": { content: "a", token_count: 77 },
  "a count of none": { content: "a", token_count: 0 },
  "an estimated count": { content: "words of some length" },
  "parts and an estimated count": {
    content: "",
    parts: [{ type: "text", text: "words of some length" }],
  },
  "no parts": { content: "a" },
  "parts null": { content: "a", parts: null },
  "parts of none": { content: "a", parts: [] },
  "content null": { content: null, parts: [{ type: "x" }] },
  "content absent": { parts: [{ type: "x" }] },
  "content empty": { content: "", parts: [{ type: "x" }] },
  "metadata null": { content: "a", metadata: null },
  "metadata of some depth": {
    content: "a",
    metadata: { b: [{ a: 1 }], a: {} },
  },
  "role developer": { content: "a", role: "developer" },
  "a time of its own": { content: "a", created_at: "2020-02-29T23:59:59.5Z" },
};
for (const [shape, message] of Object.entries(shapes)) {
  Deno.test(`history sent back with one new message stores one row: ${shape}`, async () => {
    const name = fresh("back");
    const sent = await append(owner, name, [message]);
    assert.equal(sent.status, 201, sent.text);
    await assertOneRowATurn(owner, name);
  });
}

/** What JavaScript reads and writes otherwise than it was sent. */
const rewritten = [
  "1.0",
  "0.10",
  "-0",
  "-0.0",
  "1e2",
  "1E+2",
  "1e-7",
  "1e21",
  "123456789.123456789123",
  "3.141592653589793238462643383279",
  "9007199254740993",
  "1764066560123456789",
  "123456789012345678901234567890",
  "1.7976931348623157e308",
  "1.7976931348623158e308",
  "1.23456789012345678901e305",
  "4.9406564584124654e-324",
  "2.48e-324",
  "2.47e-324",
  "1.23456789012345678901e-305",
  "1e-400",
];
for (const number of rewritten) {
  Deno.test(`history sent back with one new message stores one row: the number ${number}`, async () => {
    const name = fresh("back");
    const value = `{"n":${number},"list":[${number}]}`;
    const sent = await appendText(
      owner,
      `{"continuation_id":"${name}","messages":[` +
        `{"role":"user","content":"a","metadata":${value}},` +
        `{"role":"tool","parts":[{"output":${value}}]}]}`,
    );
    assert.equal(sent.status, 201, sent.text);
    await assertOneRowATurn(owner, name);
  });
}

Deno.test("history sent back with one new message stores one row: repeated members, order and spelling", async () => {
  const name = fresh("back");
  const sent = await appendText(
    owner,
    `{"continuation_id":"${name}","messages":[{"role":"assistant","parts":` +
      `[{"b":1, "10":2, "2":3, "a":4, "b":5, "\\u0063":"\\u003c\\/"}]}]}`,
  );
  assert.equal(sent.status, 201, sent.text);
  await assertOneRowATurn(owner, name);
});

/** What would be a number too large for the database if it were not in a string. */
const likeHuge = [
  "issue1234",
  "1E400000 9e-99999",
  '\\" e1234',
  "7".repeat(600),
];
for (const text of likeHuge) {
  Deno.test(`history sent back with one new message stores one row: other white space around the text ${text.slice(0, 20)}`, async () => {
    const name = fresh("back");
    const string = JSON.stringify(text);
    const sent = await appendText(
      owner,
      `{"continuation_id":"${name}","messages":[{"role":"assistant","parts":` +
        `[ {"type": "text", "text": ${string}, ${string}: 1.0} ]}]}`,
    );
    assert.equal(sent.status, 201, sent.text);
    await assertOneRowATurn(owner, name);
  });
}

Deno.test("history sent back with one new message stores one row: files and a revision", async () => {
  const name = fresh("back");
  const file_ids = [(await storedFile(owner)).id, (await storedFile(owner)).id];
  await append(owner, name, [{ content: "a", file_ids }, "b"]);
  await append(owner, name, [{ content: "a, edited", revises: 1 }]);
  await assertOneRowATurn(owner, name);
});

Deno.test("history sent back with one new message stores one row: a file was unlinked since", async () => {
  const name = fresh("back");
  const [kept, unlinked] = [await storedFile(owner), await storedFile(owner)];
  const sent = [
    { content: "a", client_id: "a", file_ids: [kept.id, unlinked.id] },
    { content: null, parts: [{ n: 1.5 }], file_ids: [unlinked.id] },
  ];
  await append(owner, name, sent);
  const path = `conversation-history/${name}/files/${unlinked.id}`;
  assert.equal((await request(owner, path, { method: "DELETE" })).status, 200);
  const [first, second] = await givenBy(owner, name);
  assert.deepEqual(first?.file_ids, [kept.id]);
  assert.deepEqual(second?.file_ids, []);
  await assertOneRowATurn(owner, name);
  // What was sent first is a replay still, and another message is not.
  const again = await append(owner, name, sent.slice(0, 1));
  assert.equal(again.status, 200, again.text);
  assertProblem(
    await append(owner, name, [{ ...first, file_ids: [] }]),
    422,
    "idempotency_mismatch",
  );
});

Deno.test("history sent back with one new message stores one row: a message was erased since", async () => {
  const name = fresh("back");
  await append(owner, name, ["a", { content: "b", client_id: "b" }, "c"]);
  for (const seq of [1, 2]) {
    const path = `conversation-history/${name}/messages/${seq}`;
    assert.equal(
      (await request(owner, path, { method: "DELETE" })).status,
      200,
    );
  }
  await assertOneRowATurn(owner, name);
});

Deno.test("a message that says nothing is refused, although it has a name", async () => {
  const name = fresh("back");
  await append(owner, name, [{ content: "a", client_id: "known" }]);
  for (const client_id of ["new", "known"]) {
    for (const on_mismatch of ["refuse", "revise"]) {
      assertInvalid(
        await append(owner, name, [{ content: null, client_id }], {
          on_mismatch,
        }),
        "/messages/0/content",
      );
    }
  }
});

Deno.test("a change to what history gave is not taken for the same message", async () => {
  const name = fresh("back");
  await append(owner, name, [{ content: "a", token_count: 5 }, "b"]);
  const [a, b] = await givenBy(owner, name);
  const before = await history(owner, name);
  for (
    const changed of [
      { content: "another" },
      { role: "assistant" },
      { parts: [{ type: "text", text: "a" }] },
      { metadata: { n: 1 } },
      { token_count: 6 },
    ]
  ) {
    const answer = await append(owner, name, [{ ...a, ...changed }, { ...b }]);
    assertProblem(answer, 422, "idempotency_mismatch");
    assert.equal(answer.body.index, 0);
  }
  assert.equal((await history(owner, name)).text, before.text);
});
