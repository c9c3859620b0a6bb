/** The bounds of following, by a process of the function that has small ones. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { type FaultyProject, faultyProject } from "../support/fault_proxy.ts";
import { append, fresh } from "../support/http.ts";
import { longConversation } from "../support/long_conversation.ts";
import { assertProblem } from "../support/problems.ts";
import type { Target } from "../support/target.ts";
import { followPath, open, poll, range, seqsOf } from "./reading.ts";

const [owner, other] = await Promise.all([signUp("owner"), signUp("other")]);

const LOOK = "/rest/v1/rpc/follow_conversations";
const READ = "/rest/v1/rpc/follow_messages";

const following = (settings: Record<string, string>) =>
  faultyProject("conversation-history", { settings });

async function conversation(...contents: string[]): Promise<string> {
  const { body } = await append(owner, fresh("follow"), contents);
  return body.conversation.id;
}

/** Asks until a place is free: a server learns with some delay that a client has left. */
async function opened(id: string, at: Target) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const followed = await open(owner, id, { at });
    if (followed.response.status === 200) return followed;
    assert.equal(followed.response.status, 429);
    await followed.leave();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("No place became free.");
}

/** Makes calls of a SQL function fail, all or the first ones; counts them. */
function failing(
  project: FaultyProject,
  path: string,
  answer: () => Response,
  times = Infinity,
): { count: number } {
  const calls = { count: 0 };
  project.fail((passing) => {
    if (passing.path !== path) return null;
    calls.count++;
    return calls.count <= times ? answer() : null;
  });
  return calls;
}

const unavailable = () =>
  Response.json({ code: "57P01", message: "gone" }, { status: 503 });
const expired = () =>
  Response.json({ code: "PGRST303", message: "JWT expired" }, { status: 401 });

Deno.test("a stream ends with where to go on, from where nothing is missed", async () => {
  await using project = await following({ FOLLOW_STREAM_SECONDS: "1" });
  const id = await conversation("one", "two");
  await using first = await open(owner, id, { at: project.at });
  const events = await first.rest();
  assert.deepEqual(events.at(-1), {
    id: "2",
    event: "continue",
    data: { after: 2 },
  });
  await append(owner, id, ["three"]);
  await using second = await open(owner, id, {
    at: project.at,
    query: `after=${events.at(-1)?.data.after}`,
  });
  assert.deepEqual(seqsOf(await second.rest()), [3]);
});

Deno.test("a stream is never silent for long", async () => {
  await using project = await following({
    FOLLOW_STREAM_SECONDS: "2",
    FOLLOW_HEARTBEAT_SECONDS: "1",
  });
  const id = await conversation("one");
  const { text } = await poll(owner, id, "live=sse", { at: project.at });
  assert.match(text, /\n\n: [^\n]*\n\n/);
});

Deno.test("a long-poll that waits in vain has no content, and says where to go on", async () => {
  await using project = await following({ FOLLOW_WAIT_SECONDS: "1" });
  const id = await conversation("one");
  const { status, headers } = await poll(
    owner,
    id,
    "offset=now&live=long-poll&cursor=999999999",
    { at: project.at },
  );
  assert.equal(status, 204);
  assert.equal(headers.get("Stream-Next-Offset"), "0000000000000001");
  assert.equal(headers.get("Stream-Up-To-Date"), "true");
  // Later than the client's, whatever time it is.
  assert.equal(headers.get("Stream-Cursor"), "1000000000");
});

Deno.test("one user's readers are bounded, and leaving gives the place back", async () => {
  await using project = await following({ FOLLOW_READERS_PER_USER: "2" });
  const { at } = project;
  const id = await conversation("one");
  const first = await open(owner, id, { at });
  await using second = await open(owner, id, { at });
  assert.equal(second.response.status, 200);
  for (const query of ["live=sse", "wait=1&after=1"]) {
    const answer = await poll(owner, id, query, { at });
    assertProblem(answer, 429, "rate_limited");
    assert.ok(answer.headers.has("Retry-After"));
  }
  // What does not wait needs no place.
  assert.equal((await poll(owner, id, "", { at })).status, 200);
  await using others = await open(other, id, { at });
  assert.equal(others.response.status, 200);

  await first.leave();
  await using third = await opened(id, at);
  assert.deepEqual(seqsOf(await third.take(1)), [1]);
});

Deno.test("the readers of a process are bounded", async () => {
  await using project = await following({ FOLLOW_READERS: "1" });
  const { at } = project;
  const id = await conversation("one");
  await using first = await open(owner, id, { at });
  assert.equal(first.response.status, 200);
  const answer = await poll(other, id, "live=sse", { at });
  assertProblem(answer, 429, "rate_limited");
});

Deno.test("a request that fails keeps no place", async () => {
  await using project = await following({ FOLLOW_READERS_PER_USER: "1" });
  const { at } = project;
  const id = await conversation("one");
  for (const query of ["live=sse&after=9", "wait=1&after=9"]) {
    assert.equal((await poll(owner, id, query, { at })).status, 409);
  }
  assert.equal((await poll(owner, id, "wait=1", { at })).status, 200);
  await using followed = await open(owner, id, { at });
  assert.equal(followed.response.status, 200);
});

Deno.test("the database is asked once for all that one user's readers wait for", async () => {
  await using project = await following({});
  const { at } = project;
  const ids = await Promise.all(range(1, 6).map(() => conversation("one")));
  const readers = await Promise.all(
    [...ids, ...ids, ...ids].map((id) => open(owner, id, { at })),
  );
  await Promise.all(readers.map((reader) => reader.take(1)));

  let looks = 0;
  const held = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  project.fail((passing) => {
    if (passing.path !== LOOK) return null;
    looks++;
    reached.resolve();
    return held.promise.then(() => passing.forward());
  });
  await reached.promise;
  await Promise.all(ids.map((id) => append(owner, id, ["two"])));
  held.resolve();
  const live = await Promise.all(readers.map((reader) => reader.take(1)));
  for (const events of live) assert.deepEqual(seqsOf(events), [2]);
  // The held one, and two more if it was before the appends.
  assert.ok(looks <= 3, `${looks} looks`);
  for (const reader of readers) await reader.leave();
});

Deno.test("nothing is read for a reader that takes nothing, and it is cut", async () => {
  await using project = await following({
    FOLLOW_STALL_SECONDS: "2",
    FOLLOW_READERS_PER_USER: "1",
  });
  const { at } = project;
  const messages = 400;
  const id = await longConversation(owner, messages, 500_000);
  const calls = failing(project, READ, unavailable, 0);
  const response = await fetch(
    `${at.url}/functions/v1/${followPath(id, "live=sse")}`,
    { headers: owner.headers },
  );
  // Its place is free once it has been cut.
  await using next = await opened(id, at);
  assert.equal(next.response.status, 200);
  assert.ok(calls.count < messages / 2, `${calls.count} pieces were read`);
  await response.body?.cancel().catch(() => {});
});

Deno.test("a database that is away for a moment ends no stream", async () => {
  await using project = await following({});
  const id = await conversation("one");
  await using followed = await open(owner, id, { at: project.at });
  await followed.take(1);
  failing(project, LOOK, unavailable, 2);
  await append(owner, id, ["two"]);
  assert.deepEqual(seqsOf(await followed.take(1)), [2]);
});

Deno.test("a database that stays away sends readers away, from where nothing is missed", async () => {
  await using project = await following({});
  const id = await conversation("one");
  for (const path of [LOOK, READ]) {
    project.fail(() => null);
    await using followed = await open(owner, id, { at: project.at });
    const [first] = await followed.take(1);
    failing(project, path, unavailable);
    const rest = (await append(owner, id, ["more"]), await followed.rest());
    assert.deepEqual(rest.at(-1)?.event, "continue");
    const after = seqsOf([...first ? [first] : [], ...rest]).at(-1);
    assert.deepEqual(rest.at(-1)?.data, { after });
  }
  const answer = await poll(owner, id, "live=sse", { at: project.at });
  assertProblem(answer, 503, "unavailable");
  assert.ok(answer.headers.has("Retry-After"));
});

Deno.test("a token that the database refuses ends the stream", async () => {
  await using project = await following({});
  const id = await conversation("one");
  await using followed = await open(owner, id, { at: project.at });
  await followed.take(1);
  failing(project, LOOK, expired);
  assert.deepEqual(await followed.rest(), [
    { id: "1", event: "continue", data: { after: 1 } },
  ]);
});
