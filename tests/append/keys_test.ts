/** Idempotency-Keys: a name space apart from client_ids, and an answer that stays. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";

const owner = await signUp("owner");

const keyed = (key: string) => ({ headers: { "Idempotency-Key": key } });

/** All of a message but whether it is live, which later requests move. */
// deno-lint-ignore no-explicit-any -- messages of an answer
const withoutLive = ({ live: _, ...message }: any) => message;

Deno.test("a key and a client_id of the same text are two names", async () => {
  const name = fresh("apart");
  await append(owner, name, ["by key"], keyed("turn"));
  for (const client_id of ["turn", "turn:0", "k:turn:0"]) {
    const answer = await append(owner, name, [{ content: "by id", client_id }]);
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.body.messages[0].client_id, client_id);
  }
  const byKey = await append(owner, name, ["other"], keyed("turn:0"));
  assert.equal(byKey.status, 201, byKey.text);
  const retried = await append(owner, name, ["by key"], keyed("turn"));
  assert.equal(retried.body.messages[0].seq, 1);
  assert.equal((await history(owner, name)).body.conversation.last_seq, 5);
});

Deno.test("a message that came by key shows its id as client_id, and none of the key", async () => {
  const answer = await append(owner, fresh("apart"), ["a"], keyed("secret"));
  const [message] = answer.body.messages;
  assert.equal(message.client_id, message.id);
  assert.ok(!answer.text.includes("secret"));
});

const payloads: [string, Record<string, unknown>[], Record<string, unknown>][] =
  [
    ["content", [{ content: "b", client_id: "c" }], {}],
    ["role", [{ content: "a", role: "system", client_id: "c" }], {}],
    ["client_id", [{ content: "a", client_id: "d" }], {}],
    ["no client_id", [{ content: "a" }], {}],
    ["no message", [], {}],
    ["another message", [{ content: "a", client_id: "c" }, {
      content: "b",
    }], {}],
    ["a rewind", [{ content: "a", client_id: "c" }], { after_position: 0 }],
    ["a revision", [{ content: "a", client_id: "c", revises: 1 }], {}],
  ];
for (const [what, messages, fields] of payloads) {
  Deno.test(`a key that is sent again with ${what} is 422 and writes nothing`, async () => {
    const name = fresh("payload");
    await append(owner, name, ["before"]);
    await append(owner, name, [{ content: "a", client_id: "c" }], keyed("k"));
    const before = await history(owner, name, "view=log");
    for (const on_mismatch of ["refuse", "revise"]) {
      assertProblem(
        await append(owner, name, messages, {
          ...keyed("k"),
          ...fields,
          on_mismatch,
        }),
        422,
        "idempotency_mismatch",
      );
    }
    assert.equal((await history(owner, name, "view=log")).text, before.text);
  });
}

const since: Record<string, (name: string) => Promise<unknown>> = {
  "revised": (name) =>
    append(owner, name, [{ content: "a, edited", revises: 2 }]),
  "rewound": (name) => append(owner, name, [], { after_position: 1 }),
  "rewound and written over": (name) =>
    append(owner, name, ["other"], { after_position: 0 }),
  "followed by others": (name) => append(owner, name, ["more", "more"]),
  "archived": (name) =>
    request(owner, `conversation-history/${name}`, {
      method: "PATCH",
      json: { archived: true },
    }),
};
for (const [what, happen] of Object.entries(since)) {
  Deno.test(`a key replays its messages although they were ${what}`, async () => {
    const name = fresh("since");
    await append(owner, name, ["before"]);
    const send = () =>
      append(owner, name, ["a", "b"], { ...keyed("k"), expected_seq: 1 });
    const first = await send();
    assert.equal(first.status, 201, first.text);
    await happen(name);
    const before = await history(owner, name, "view=log");
    const retried = await send();
    assert.equal(retried.status, 200, retried.text);
    assert.equal(retried.headers.get("Idempotency-Replayed"), "true");
    assert.deepEqual(
      retried.body.messages.map(withoutLive),
      first.body.messages.map(withoutLive),
    );
    assert.equal((await history(owner, name, "view=log")).text, before.text);
  });
}

Deno.test("a key replays an erased message as what is left of it", async () => {
  const name = fresh("since");
  const first = await append(owner, name, ["secret", "b"], keyed("k"));
  const erased = await request(
    owner,
    `conversation-history/${name}/messages/1`,
    { method: "DELETE" },
  );
  assert.equal(erased.status, 200, erased.text);
  const retried = await append(owner, name, ["secret", "b"], keyed("k"));
  assert.equal(retried.status, 200, retried.text);
  assert.ok(!retried.text.includes("secret"));
  assert.deepEqual(
    retried.body.messages,
    [erased.body, first.body.messages[1]],
  );
});

Deno.test("a key of an append without messages is replayed too", async () => {
  const name = fresh("none");
  const first = await append(owner, name, [], keyed("k"));
  assert.equal(first.status, 201, first.text);
  assert.deepEqual(first.body.messages, []);
  const retried = await append(owner, name, [], keyed("k"));
  assert.equal(retried.status, 200, retried.text);
  assert.deepEqual(retried.body, { ...first.body, replayed: true });
});

Deno.test("a key of a deleted conversation is free again", async () => {
  const name = fresh("gone");
  await append(owner, name, ["a"], keyed("k"));
  await request(owner, `conversation-history/${name}`, { method: "DELETE" });
  const again = await append(owner, name, ["other"], keyed("k"));
  assert.equal(again.status, 201, again.text);
  assert.equal(again.body.messages[0].seq, 1);
});
