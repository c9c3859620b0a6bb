/** What an account's messages may weigh together. An operator sets the limit by SQL. */
import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import { withSql } from "../support/sql.ts";

const KIB = 1024;

/** Lowers the limit of an account that has appended. */
async function setLimit(actor: Actor, bytes: number) {
  await withSql((sql) =>
    sql`
      insert into continuum.message_usage (owner_id, bytes_limit) values (${actor.id}, ${bytes})
      on conflict (owner_id) do update set bytes_limit = excluded.bytes_limit
    `
  );
}

async function usage(actor: Actor): Promise<number> {
  const [row] = await withSql((sql) =>
    sql`select bytes_used::int from continuum.message_usage where owner_id = ${actor.id}`
  );
  return row?.bytes_used ?? 0;
}

const large = "x".repeat(60 * KIB);

Deno.test("an append past the account's limit is 413 quota_exceeded with used and limit, and writes nothing", async () => {
  const owner = await signUp("owner");
  await setLimit(owner, 100 * KIB);
  const name = fresh("full");
  assert.equal((await append(owner, name, [large])).status, 201);
  const used = await usage(owner);
  const before = await history(owner, name);
  for (const to of [name, fresh("another")]) {
    const answer = await append(owner, to, [large]);
    assertProblem(answer, 413, "quota_exceeded");
    // A conversation that the append would have made counts with its first step.
    assert.equal(answer.body.used, to === name ? used : used + 4 * KIB);
    assert.equal(answer.body.limit, 100 * KIB);
    assert.equal(answer.headers.get("x-should-retry"), "false");
  }
  assert.equal((await history(owner, name)).text, before.text);
  assert.equal(await usage(owner), used);
});

Deno.test("another account is not affected, and pays for none of its shares", async () => {
  const [owner, editor] = [await signUp("owner"), await signUp("editor")];
  const name = fresh("full");
  const { body } = await append(owner, name, [large]);
  await share(body.conversation.id, editor, "editor");
  await setLimit(owner, 64 * KIB);
  assert.equal((await append(editor, fresh("own"), [large])).status, 201);
  const used = await usage(editor);
  const shared = await append(editor, body.conversation.id, [large]);
  assertProblem(shared, 413, "quota_exceeded");
  await setLimit(owner, 1024 * KIB);
  assert.equal(
    (await append(editor, body.conversation.id, [large])).status,
    201,
  );
  assert.equal(await usage(editor), used);
});

Deno.test("deleting a conversation gives its bytes back", async () => {
  const owner = await signUp("owner");
  await setLimit(owner, 100 * KIB);
  const name = fresh("full");
  await append(owner, name, [large]);
  assertProblem(
    await append(owner, fresh("more"), [large]),
    413,
    "quota_exceeded",
  );
  await request(owner, `conversation-history/${name}`, { method: "DELETE" });
  assert.equal(await usage(owner), 0);
  assert.equal((await append(owner, fresh("more"), [large])).status, 201);
});

Deno.test("erasing a message gives its bytes back, a rewind does not", async () => {
  const owner = await signUp("owner");
  const name = fresh("full");
  await append(owner, name, ["small", large]);
  const used = await usage(owner);
  await append(owner, name, [], { after_position: 1 });
  assert.equal(await usage(owner), used);
  await request(owner, `conversation-history/${name}/messages/2`, {
    method: "DELETE",
  });
  assert.ok(await usage(owner) <= 4 * KIB);
});

Deno.test("a fork past the limit is 413 and leaves nothing", async () => {
  const owner = await signUp("owner");
  const name = fresh("full");
  await append(owner, name, [large]);
  await setLimit(owner, 100 * KIB);
  const copy = fresh("copy");
  assertProblem(
    await request(owner, `conversation-history/${name}/fork`, {
      json: { continuation_id: copy },
    }),
    413,
    "quota_exceeded",
  );
  assert.equal((await history(owner, copy)).body.conversation, null);
});

Deno.test("a replay is answered and history is read although the account is full", async () => {
  const owner = await signUp("owner");
  const name = fresh("full");
  const batch = [{ content: large, client_id: "1" }];
  const first = await append(owner, name, batch);
  await setLimit(owner, 0);
  const again = await append(owner, name, batch);
  assert.equal(again.status, 200, again.text);
  assert.deepEqual(again.body.messages, first.body.messages);
  assert.equal((await history(owner, name)).body.messages.length, 1);
});

Deno.test("concurrent appends of one account do not get past its limit", async () => {
  const owner = await signUp("owner");
  await append(owner, fresh("first"), ["x"]);
  await setLimit(owner, 200 * KIB);
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => append(owner, fresh("race"), [large])),
  );
  for (const answer of answers) {
    if (answer.status !== 201) assertProblem(answer, 413, "quota_exceeded");
  }
  assert.ok(await usage(owner) <= 200 * KIB);
  assert.equal(answers.filter(({ status }) => status === 201).length, 3);
});
