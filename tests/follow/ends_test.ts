/** What ends a stream: whoever may not read any more hears nothing more. */
import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { longConversation } from "../support/long_conversation.ts";
import { assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import { withSql } from "../support/sql.ts";
import { open, poll, seqsOf } from "./reading.ts";

const [owner, viewer] = await Promise.all([signUp("owner"), signUp("viewer")]);

/** A conversation with one message, shared with the viewer; gives its id. */
async function shared(): Promise<string> {
  const { body } = await append(owner, fresh("follow"), ["one"]);
  await share(body.conversation.id, viewer, "viewer");
  return body.conversation.id;
}

function deleteAt(actor: Actor, path: string) {
  return request(actor, `conversation-history/${path}`, { method: "DELETE" });
}

const gone = [{ id: "1", event: "gone", data: { after: 1 } }];

Deno.test("a member who is removed hears nothing more, and the stream ends", async () => {
  const id = await shared();
  await using followed = await open(viewer, id);
  await followed.take(1);
  await deleteAt(owner, `${id}/members/${viewer.id}`);
  await append(owner, id, ["secret"]);
  assert.deepEqual(await followed.rest(), gone);
  await using again = await open(viewer, id, { query: "after=1" });
  await using missing = await open(viewer, crypto.randomUUID(), {
    query: "after=1",
  });
  assert.deepEqual(await again.next(), await missing.next());
});

Deno.test("a removal in the middle of a backlog ends it", async () => {
  // More than the connection holds on its way.
  const id = await longConversation(owner, 200, 500_000);
  await share(id, viewer, "viewer");
  await using followed = await open(viewer, id);
  await followed.take(1);
  await deleteAt(owner, `${id}/members/${viewer.id}`);
  const rest = await followed.rest();
  assert.equal(rest.at(-1)?.event, "gone");
  assert.equal(rest.at(-1)?.data.after, seqsOf(rest).at(-1) ?? 1);
  assert.ok(rest.length < 199);
});

Deno.test("a member who leaves hears nothing more", async () => {
  const id = await shared();
  await using followed = await open(viewer, id);
  await followed.take(1);
  await deleteAt(viewer, `${id}/members/${viewer.id}`);
  assert.deepEqual(await followed.rest(), gone);
});

Deno.test("a deletion ends the streams of all", async () => {
  const id = await shared();
  await using own = await open(owner, id);
  await using others = await open(viewer, id);
  await own.take(1);
  await others.take(1);
  await deleteAt(owner, id);
  assert.deepEqual(await own.rest(), gone);
  assert.deepEqual(await others.rest(), gone);
});

Deno.test("a conversation that is made anew under its name is another one", async () => {
  const name = fresh("follow");
  await append(owner, name, ["old"]);
  await using followed = await open(owner, name);
  await followed.take(1);
  await deleteAt(owner, name);
  await append(owner, name, ["new", "new"]);
  assert.deepEqual(await followed.rest(), gone);
});

Deno.test("an expiry ends the stream", async () => {
  const name = fresh("follow");
  await append(owner, name, ["one"], { ttl_seconds: 2 });
  await using followed = await open(owner, name);
  assert.deepEqual((await followed.rest()).slice(1), gone);
});

Deno.test("a deleted account's stream ends, and it may not come back", async () => {
  const departed = await signUp("departed");
  const id = await shared();
  await share(id, departed, "viewer");
  await using followed = await open(departed, id);
  await followed.take(1);
  await withSql((sql) => sql`delete from auth.users where id = ${departed.id}`);
  await append(owner, id, ["secret"]);
  const rest = await followed.rest();
  assert.deepEqual(rest.map(({ event }) => event), ["continue"]);
  assertProblem(
    await poll(departed, id, "live=sse"),
    401,
    "invalid_token",
  );
});

Deno.test("an answer that waits ends empty when the share is taken away", async () => {
  const [own, durable] = [await shared(), await shared()];
  const answers = Promise.all([
    poll(viewer, own, "after=1&head_position=1&wait=25"),
    poll(viewer, durable, "offset=1&live=long-poll"),
  ]);
  for (const id of [own, durable]) {
    await deleteAt(owner, `${id}/members/${viewer.id}`);
    await append(owner, id, ["secret"]);
  }
  const [{ body }, { status, headers }] = await answers;
  assert.deepEqual(body, {
    messages: [],
    after: 1,
    last_seq: 0,
    head_position: 0,
    up_to_date: true,
  });
  assert.equal(status, 204);
  assert.equal(headers.get("Stream-Closed"), "true");
});
