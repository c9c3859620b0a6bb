import assert from "node:assert/strict";
import { type Actor, cast, nobody, signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";
import { asUser } from "../support/as_user.ts";
import { share } from "../support/sharing.ts";
import { withSql } from "../support/sql.ts";
import { maintenance, storedFile } from "../support/stored_files.ts";
import { expire } from "./expiry.ts";
import { rowsThatName } from "./rows.ts";
import { search } from "./searching.ts";

const { owner, viewer, editor } = await cast();

async function conversation(rest = {}, actor: Actor = owner) {
  const name = fresh("ttl");
  const word = `w${crypto.randomUUID().replaceAll("-", "")}`;
  const { body } = await append(actor, name, [word], {
    ttl_seconds: 3600,
    ...rest,
  });
  return { id: body.conversation.id as string, name, word };
}

const sweep = (json: unknown = {}, actor = maintenance) =>
  request(actor, "conversation-history/_/sweep", { json });

/** How many of these conversations are still stored: a sweep also takes what other tests left. */
async function stored(ids: string[]): Promise<number> {
  const [row] = await withSql((sql) =>
    sql<{ count: number }[]>`
      select count(*)::int from continuum.conversations where id = any(${ids}::uuid[])
    `
  );
  return row!.count;
}

/** Sweeps until nothing is left to do. */
async function sweepAll(json: unknown = {}): Promise<void> {
  for (let more = true; more;) {
    const { status, body, text } = await sweep(json);
    assert.equal(status, 200, text);
    more = body.more;
  }
}

async function expiryOf(id: string): Promise<string> {
  const [row] = await withSql((sql) =>
    sql<{ expires_at: string }[]>`
      select expires_at::text from continuum.conversations where id = ${id}
    `
  );
  return row!.expires_at;
}

/** Expired conversations of a user who has no others; gives their ids. */
async function expiredConversations(count: number): Promise<string[]> {
  const owner = await signUp("many");
  const made = await Promise.all(
    Array.from({ length: count }, () => conversation({}, owner)),
  );
  const ids = made.map(({ id }) => id);
  for (const id of ids) await expire(id);
  return ids;
}

async function isListed(actor: Actor, id: string): Promise<boolean> {
  const { body } = await request(actor, "conversation-history?limit=100");
  return body.conversations.some((each: { id: string }) => each.id === id);
}

Deno.test("once its time is over a conversation is hidden on every route, from its owner and members", async () => {
  const { id, word } = await conversation();
  await share(id, viewer, "viewer");
  assert.ok(await isListed(viewer, id));
  await expire(id);
  for (const actor of [owner, viewer]) {
    const at = (path: string) =>
      request(actor, `conversation-history/${id}${path}`);
    assert.ok(!await isListed(actor, id));
    assert.equal((await at("")).body.conversation, null);
    assert.equal((await at("/context?max_tokens=9")).body.conversation, null);
    assert.deepEqual((await search(actor, word)).body.hits, []);
    assertProblem(await at("/export"), 404, "not_found");
    assertProblem(await at("/members"), 404, "not_found");
    for (const method of ["PATCH", "DELETE"]) {
      const answer = await request(actor, `conversation-history/${id}`, {
        method,
        ...(method === "PATCH" ? { json: { ttl_seconds: null } } : {}),
      });
      assertProblem(answer, 404, "not_found");
    }
    assertProblem(
      await request(actor, `conversation-history/${id}/fork`, { json: {} }),
      404,
      "not_found",
    );
    const seen = await asUser(actor, async (tx) => [
      ...await tx`select 1 from continuum.conversations where id = ${id}`,
      ...await tx`select 1 from continuum.messages where conversation_id = ${id}`,
    ]);
    assert.deepEqual(seen, []);
  }
});

Deno.test("an append to an expired name begins a new conversation, and the next sweep removes the old one", async () => {
  const { id, name } = await conversation();
  await expire(id);
  const { status, body } = await append(owner, name, ["anew"], {
    expected_seq: 0,
  });
  assert.equal(status, 201);
  assert.notEqual(body.conversation.id, id);
  assert.equal(body.conversation.ttl_seconds, null);
  assert.deepEqual((await history(owner, name)).body.messages, body.messages);
  assert.equal(await stored([id]), 1);
  await sweepAll();
  assert.deepEqual(await rowsThatName(id), {});
  assert.deepEqual((await history(owner, name)).body.messages, body.messages);
});

Deno.test("a fork may take an expired name", async () => {
  const [expired, source] = [await conversation(), await conversation()];
  await expire(expired.id);
  const { status } = await request(
    owner,
    `conversation-history/${source.id}/fork`,
    { json: { continuation_id: expired.name } },
  );
  assert.equal(status, 201);
});

Deno.test("an append to a shared one that has expired never lands in it", async () => {
  const { id } = await conversation();
  await share(id, editor, "editor");
  await expire(id);
  const { body } = await append(editor, id, ["too late"]);
  assert.notEqual(body.conversation.id, id);
  assert.equal(body.conversation.owner_id, editor.id);
});

Deno.test("time is counted from the last append, or from when it was set, and a rename does not extend it", async () => {
  const { id, name } = await conversation({ ttl_seconds: 100_000 });
  const patch = (json: unknown) =>
    request(owner, `conversation-history/${id}`, { method: "PATCH", json });
  await expire(id);
  const { body } = await append(owner, name, ["still there"]);
  assert.equal(body.conversation.id, id);
  await expire(id);
  assert.equal((await history(owner, id)).body.messages.length, 2);
  await patch({ ttl_seconds: 80_000 });
  assert.equal((await history(owner, id)).body.messages.length, 2);
  const before = await expiryOf(id);
  await patch({ title: "Renamed", metadata: { renamed: true } });
  assert.equal(await expiryOf(id), before);
  await expire(id);
  assert.equal((await history(owner, id)).body.conversation, null);
});

Deno.test("a ttl that is taken away is forgotten", async () => {
  const { id } = await conversation();
  await request(owner, `conversation-history/${id}`, {
    method: "PATCH",
    json: { ttl_seconds: null },
  });
  assert.equal(await expiryOf(id), "infinity");
});

Deno.test("a ttl of one second passes by itself", async () => {
  const { id } = await conversation({ ttl_seconds: 1 });
  const deadline = Date.now() + 10_000;
  while ((await history(owner, id)).body.conversation !== null) {
    assert.ok(Date.now() < deadline, "It is still there after ten seconds.");
  }
});

Deno.test("the sweep removes what has expired and nothing else, and can be repeated", async () => {
  const [expired, current, forever] = [
    await conversation(),
    await conversation(),
    await conversation({ ttl_seconds: null }),
  ];
  await expire(expired.id);
  await expire(forever.id);
  await sweepAll();
  assert.deepEqual(await rowsThatName(expired.id), {});
  for (const { id } of [current, forever]) {
    assert.equal((await history(owner, id)).body.messages.length, 1);
  }
  await sweepAll();
});

Deno.test("a call of the sweep is bounded, and says whether there is more", async () => {
  const ids = await expiredConversations(5);
  for (let left = 5; left > 0;) {
    const { body } = await sweep({ max_conversations: 2 });
    assert.ok(body.conversations >= 1 && body.conversations <= 2);
    const now = await stored(ids);
    assert.ok(left - now <= 2);
    if (now > 0) assert.equal(body.more, true);
    left = now;
  }
});

Deno.test("a call of the sweep takes large conversations one by one", async () => {
  const ids = await expiredConversations(2);
  await withSql((sql) =>
    sql`
      insert into continuum.messages (
        conversation_id, seq, position, parent_position, role, content, token_count, size_bytes, search_vector
      )
      select c.id, n, n, n - 1, 'user', 'hello', 1, 7, ''
      from unnest(${ids}::uuid[]) c (id), generate_series(2, 15000) n
    `
  );
  for (let left = 2; left > 0;) {
    assert.equal((await sweep()).status, 200);
    const now = await stored(ids);
    assert.ok(left - now <= 1);
    left = now;
  }
});

Deno.test("sweeps at the same time share the work", async () => {
  const ids = await expiredConversations(6);
  const answers = await Promise.all([sweep(), sweep(), sweep()]);
  for (const { status, text } of answers) assert.equal(status, 200, text);
  assert.equal(await stored(ids), 0);
  const removed = answers.map(({ body }) => body.conversations);
  assert.ok(removed.reduce((sum, count) => sum + count, 0) >= 6);
});

Deno.test("the sweep passes by a conversation that somebody is at work on", async () => {
  const { id } = await conversation();
  const [other] = await expiredConversations(1);
  await expire(id);
  await withSql((sql) =>
    sql.begin(async (tx) => {
      await tx`update continuum.conversations set title = 'In use' where id = ${id}`;
      const { body } = await sweep();
      assert.equal(body.more, true);
    })
  );
  assert.equal(await stored([id, other!]), 1);
  assert.equal(await stored([id]), 1);
});

Deno.test("the sweep takes the secret key and no other", async () => {
  const { id } = await conversation();
  await expire(id);
  const wrong = {
    ...nobody(),
    headers: { apikey: `${maintenance.headers.apikey}x` },
  };
  for (const actor of [wrong, nobody(), owner]) {
    assertProblem(await sweep({}, actor), 401, "unauthenticated");
  }
  assert.notDeepEqual(await rowsThatName(id), {});
  for (const max_conversations of [0, 1001, "2"]) {
    assertInvalid(await sweep({ max_conversations }), "/max_conversations");
  }
});

Deno.test("nobody links the file of an expired conversation, nor changes what has expired", async () => {
  const { id } = await conversation();
  await share(id, viewer, "viewer");
  await share(id, editor, "editor");
  const file = await storedFile(owner);
  await append(owner, id, [], { file_ids: [file.id] });
  const read = () => request(viewer, `file-download/${file.id}`);
  assert.equal((await read()).status, 200);

  await expire(id);
  const name = fresh("own");
  const own = (await append(viewer, name, ["mine"])).body.conversation.id;
  const linked = await append(viewer, name, [], { file_ids: [file.id] });
  assertProblem(linked, 422, "unknown_file");
  await assert.rejects(
    asUser(viewer, (tx) =>
      tx`
        insert into continuum.conversation_files (conversation_id, file_id)
        values (${own}, ${file.id})
      `),
    { code: "42501" },
  );
  assertProblem(await read(), 404, "not_found");

  // Without a condition, so that no policy of reading hides it.
  await asUser(
    editor,
    (tx) => tx`update continuum.conversations set title = 'alive'`,
  );
  assertProblem(await read(), 404, "not_found");
});
