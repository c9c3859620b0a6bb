/** What moves a conversation in the list, and what only changes it. */
import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { invite } from "../support/sharing.ts";

/** The caller's continuation ids, newest activity first. */
async function listed(actor: Actor): Promise<string[]> {
  const { body } = await request(actor, "conversation-history");
  return body.conversations.map((c: { continuation_id: string }) =>
    c.continuation_id
  );
}

function change(actor: Actor, name: string, json: Record<string, unknown>) {
  return request(actor, `conversation-history/${name}`, {
    method: "PATCH",
    json,
  });
}

async function conversationOf(actor: Actor, name: string) {
  return (await history(actor, name)).body.conversation;
}

type Change = (actor: Actor, name: string) => Promise<{ status: number }>;

const still: Record<string, Change> = {
  "a new title": (actor, name) => change(actor, name, { title: "Renamed" }),
  "new metadata": (actor, name) => change(actor, name, { metadata: { n: 1 } }),
  "archiving and back": async (actor, name) => {
    await change(actor, name, { archived: true });
    return change(actor, name, { archived: false });
  },
  "a time to live": (actor, name) => change(actor, name, { ttl_seconds: 9999 }),
  "erasing a message": (actor, name) =>
    request(actor, `conversation-history/${name}/messages/1`, {
      method: "DELETE",
    }),
};
for (const [what, happen] of Object.entries(still)) {
  Deno.test(`${what} does not move a conversation in the list, and its version moves`, async () => {
    const owner = await signUp("owner");
    const [older, newer] = [fresh("older"), fresh("newer")];
    await append(owner, older, ["1", "2"]);
    await append(owner, newer, ["1"]);
    const before = await conversationOf(owner, older);
    assert.equal((await happen(owner, older)).status, 200);
    assert.deepEqual(await listed(owner), [newer, older]);
    const after = await conversationOf(owner, older);
    assert.equal(after.last_activity_at, before.last_activity_at);
    assert.ok(after.updated_at > before.updated_at);
  });
}

const moves: Record<string, Change> = {
  "an append": (actor, name) => append(actor, name, ["3"]),
  "a rewind": (actor, name) => append(actor, name, [], { after_position: 1 }),
  "a revision": (actor, name) =>
    append(actor, name, [{ content: "1, edited", revises: 1 }]),
  "a switch of the line": (actor, name) =>
    change(actor, name, { head_position: 1 }),
};
for (const [what, happen] of Object.entries(moves)) {
  Deno.test(`${what} brings a conversation to the top of the list, and its version moves`, async () => {
    const owner = await signUp("owner");
    const [older, newer] = [fresh("older"), fresh("newer")];
    await append(owner, older, ["1", "2"]);
    await append(owner, newer, ["1"]);
    const before = await conversationOf(owner, older);
    assert.ok((await happen(owner, older)).status < 300);
    assert.deepEqual(await listed(owner), [older, newer]);
    const after = await conversationOf(owner, older);
    assert.ok(after.last_activity_at > before.last_activity_at);
    assert.ok(after.updated_at >= after.last_activity_at);
  });
}

Deno.test("what writes nothing moves nothing", async () => {
  const [owner, guest] = [await signUp("owner"), await signUp("guest")];
  const name = fresh("calm");
  const batch = [{ content: "1", client_id: "1" }];
  await append(owner, name, batch);
  const before = await conversationOf(owner, name);
  await append(owner, name, batch);
  await append(owner, name, [], { after_position: 1 });
  await change(owner, name, { title: before.title });
  await change(owner, name, {});
  await invite(before.id, guest, "viewer");
  assert.deepEqual(await conversationOf(owner, name), before);
});
