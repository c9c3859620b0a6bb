import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { type Answer, append, fresh, history } from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";

const owner = await signUp("owner");

const keyed = (key: string) => ({ headers: { "Idempotency-Key": key } });

/** Asserts that `retry` answers what `first` did, as a replay, and that nothing was written. */
async function assertReplay(first: Answer, retry: Answer) {
  assert.equal(first.status, 201, first.text);
  assert.equal(first.headers.get("Idempotency-Replayed"), null);
  assert.equal(retry.status, 200, retry.text);
  assert.equal(retry.headers.get("Idempotency-Replayed"), "true");
  assert.deepEqual(retry.body, { ...first.body, replayed: true });
  const { body } = await history(owner, first.body.conversation.id);
  assert.deepEqual(body.messages, first.body.messages);
}

Deno.test("a retry with the same client_ids replays the first answer and writes nothing", async () => {
  const name = fresh("retry");
  const batch = [
    { content: "a", client_id: "k1" },
    { content: "b", client_id: "k2" },
  ];
  await assertReplay(
    await append(owner, name, batch),
    await append(owner, name, batch),
  );
});

Deno.test("a retry with the same Idempotency-Key replays the first answer and writes nothing", async () => {
  const name = fresh("retry");
  await assertReplay(
    await append(owner, name, ["a", "b"], keyed("the-key")),
    await append(owner, name, ["a", "b"], keyed("the-key")),
  );
});

Deno.test("a replay is answered before expected_seq is looked at", async () => {
  const name = fresh("retry");
  const first = { ...keyed("k"), expected_seq: 0 };
  await assertReplay(
    await append(owner, name, ["a"], first),
    await append(owner, name, ["a"], first),
  );
});

Deno.test("an Idempotency-Key is the same quoted, bare, and with its escapes", async () => {
  const name = fresh("quoted");
  const first = await append(owner, name, ["a"], keyed('say "hi" \\ bye'));
  const quoted = await append(
    owner,
    name,
    ["a"],
    keyed('"say \\"hi\\" \\\\ bye"'),
  );
  await assertReplay(first, quoted);
});

Deno.test("an Idempotency-Key has 1 to 255 characters, quotes not counted", async () => {
  const name = fresh("long");
  const key = "k".repeat(255);
  await assertReplay(
    await append(owner, name, ["a"], keyed(key)),
    await append(owner, name, ["a"], keyed(`"${key}"`)),
  );
  for (const refused of [key + "k", '""', '"unfinished', '"a"b']) {
    assertInvalid(
      await append(owner, name, ["a"], keyed(refused)),
      "/idempotency-key",
    );
  }
});

Deno.test("a batch of 100 is replayed by the longest key", async () => {
  const name = fresh("long");
  const key = "k".repeat(255);
  const batch = Array.from({ length: 100 }, (_, index) => `${index}`);
  await assertReplay(
    await append(owner, name, batch, keyed(key)),
    await append(owner, name, batch, keyed(key)),
  );
});

Deno.test("one key in two conversations is two keys", async () => {
  const first = await append(owner, fresh("one"), ["a"], keyed("shared"));
  const second = await append(owner, fresh("two"), ["a"], keyed("shared"));
  assert.equal(second.status, 201);
  assert.notEqual(first.body.messages[0].id, second.body.messages[0].id);
});

const payloads: [string, Record<string, unknown>][] = [
  ["content", { content: "another" }],
  ["role", { role: "assistant" }],
  ["parts", { parts: [{ type: "text" }] }],
  ["metadata", { metadata: { n: 2 } }],
  ["token_count", { token_count: 3 }],
];
for (const [field, change] of payloads) {
  Deno.test(`a key with another ${field} is 422 idempotency_mismatch and writes nothing`, async () => {
    const name = fresh("mismatch");
    const message = { content: "a", metadata: { n: 1 }, token_count: 1 };
    await append(owner, name, [{ ...message, client_id: "id" }]);
    await append(owner, name, [message], keyed("key"));
    const before = await history(owner, name);

    const changed = { ...message, ...change };
    const batch = ["new", { ...changed, client_id: "id" }];
    const byId = await append(owner, name, batch);
    assertProblem(byId, 422, "idempotency_mismatch");
    assert.equal(byId.body.index, 1);
    const byKey = await append(owner, name, [changed], keyed("key"));
    assertProblem(byKey, 422, "idempotency_mismatch");
    assert.equal((await history(owner, name)).text, before.text);
  });
}

Deno.test("an Idempotency-Key with one message more or less is 422 and writes nothing", async () => {
  const name = fresh("mismatch");
  await append(owner, name, ["a", "b"], keyed("key"));
  const before = await history(owner, name);
  for (const batch of [["a"], ["a", "b", "c"], ["b"]]) {
    const answer = await append(owner, name, batch, keyed("key"));
    assertProblem(answer, 422, "idempotency_mismatch");
  }
  assert.equal((await history(owner, name)).text, before.text);
});

Deno.test("of a batch with client_ids, what is there is answered as stored and the rest appended", async () => {
  const name = fresh("half");
  const [a, b, c, d] = ["a", "b", "c", "d"].map((id) => ({
    content: id,
    client_id: id,
  }));
  const first = await append(owner, name, [a!, b!]);
  await append(owner, name, ["between"]);
  const second = await append(owner, name, [a!, c!, b!, d!]);
  assert.equal(second.status, 201);
  assert.equal(second.headers.get("Idempotency-Replayed"), null);
  assert.deepEqual(
    second.body.messages.map((
      m: { seq: number; content: string },
    ) => [m.seq, m.content]),
    [[1, "a"], [4, "c"], [2, "b"], [5, "d"]],
  );
  assert.deepEqual(second.body.messages[0], first.body.messages[0]);
  assert.deepEqual(second.body.messages[2], first.body.messages[1]);
  assert.equal((await history(owner, name)).body.messages.length, 5);
});

Deno.test("the rest of a batch that is half there is held to expected_seq", async () => {
  const name = fresh("half");
  const [a, b] = ["a", "b"].map((id) => ({ content: id, client_id: id }));
  await append(owner, name, [a!]);
  const stale = await append(owner, name, [a!, b!], { expected_seq: 0 });
  assertProblem(stale, 409, "seq_conflict");
  const right = await append(owner, name, [a!, b!], { expected_seq: 1 });
  assert.equal(right.status, 201);
});

Deno.test("without a key nothing is deduplicated, however equal", async () => {
  const name = fresh("equal");
  await append(owner, name, ["same", "same"]);
  const { status, body } = await append(owner, name, ["same", "same"]);
  assert.equal(status, 201);
  assert.equal(body.conversation.last_seq, 4);
});

Deno.test("a batch with an Idempotency-Key and client_ids is replayed by either", async () => {
  const name = fresh("together");
  const batch = [{ content: "a", client_id: "a" }, {
    content: "b",
    client_id: "b",
  }];
  const first = await append(owner, name, batch, keyed("key"));
  await assertReplay(first, await append(owner, name, batch, keyed("key")));
  await assertReplay(first, await append(owner, name, batch));
});

Deno.test("concurrent duplicates are one append: one writes, the others wait and replay", async () => {
  const name = fresh("duplicates");
  const answers = await Promise.all(
    Array.from(
      { length: 12 },
      () => append(owner, name, ["a", "b"], keyed("key")),
    ),
  );
  const statuses = answers.map((answer) => answer.status).sort();
  assert.deepEqual(statuses, [...Array(11).fill(200), 201]);
  const { messages } = (await history(owner, name)).body;
  assert.equal(messages.length, 2);
  for (const answer of answers) {
    assert.deepEqual(answer.body.messages, messages);
  }
});
