import assert from "node:assert/strict";
import { type Actor, cast, nobody, signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";
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
  request(actor, "conversation-history/sweep", { json });

/** Sweeps until nothing is left, since other tests leave expired conversations too. */
async function sweepAll(json: unknown = {}): Promise<number> {
  for (let removed = 0;;) {
    const { status, body, text } = await sweep(json);
    assert.equal(status, 200, text);
    removed += body.conversations;
    if (!body.more) return removed;
  }
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
    for (const table of ["conversations", "messages"]) {
      const { data } = await actor.supabase.from(table).select()
        .eq(table === "messages" ? "conversation_id" : "id", id);
      assert.deepEqual(data, []);
    }
  }
});

Deno.test("an append to an expired name begins a new conversation, and the old rows are gone", async () => {
  const { id, name } = await conversation();
  await expire(id);
  const { status, body } = await append(owner, name, ["anew"], {
    expected_seq: 0,
  });
  assert.equal(status, 201);
  assert.notEqual(body.conversation.id, id);
  assert.equal(body.conversation.ttl_seconds, null);
  assert.deepEqual((await history(owner, name)).body.messages, body.messages);
  assert.deepEqual(await rowsThatName(id), {});
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

Deno.test("time is counted from the last activity: an append or a change begins it anew", async () => {
  const { id, name } = await conversation({ ttl_seconds: 100_000 });
  await expire(id);
  const { body } = await append(owner, name, ["still there"]);
  assert.equal(body.conversation.id, id);
  await request(owner, `conversation-history/${id}`, {
    method: "PATCH",
    json: { ttl_seconds: 80_000 },
  });
  assert.equal((await history(owner, id)).body.messages.length, 2);
  await expire(id);
  assert.equal((await history(owner, id)).body.conversation, null);
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
  assert.ok(await sweepAll() >= 1);
  assert.deepEqual(await rowsThatName(expired.id), {});
  for (const { id } of [current, forever]) {
    assert.equal((await history(owner, id)).body.messages.length, 1);
  }
  assert.equal(await sweepAll(), 0);
});

Deno.test("a call of the sweep is bounded, and says whether there is more", async () => {
  await sweepAll();
  const many = await signUp("many");
  for (let count = 0; count < 5; count++) {
    await expire((await conversation({}, many)).id);
  }
  const calls = [];
  for (let call = 0; call < 3; call++) {
    const { body } = await sweep({ max_conversations: 2 });
    calls.push(body);
  }
  assert.deepEqual(calls, [
    { conversations: 2, more: true },
    { conversations: 2, more: true },
    { conversations: 1, more: false },
  ]);
});

Deno.test("a call of the sweep takes large conversations one by one", async () => {
  await sweepAll();
  const large = await signUp("large");
  const ids = [
    (await conversation({}, large)).id,
    (await conversation({}, large)).id,
  ];
  await withSql((sql) =>
    sql`update public.conversations set last_seq = 30000 where id = any(${ids}::uuid[])`
  );
  for (const id of ids) await expire(id);
  assert.deepEqual((await sweep()).body, { conversations: 1, more: true });
  assert.deepEqual((await sweep()).body, { conversations: 1, more: false });
});

Deno.test("sweeps at the same time share the work", async () => {
  await sweepAll();
  const many = await signUp("many");
  for (let count = 0; count < 6; count++) {
    await expire((await conversation({}, many)).id);
  }
  const answers = await Promise.all([sweep(), sweep(), sweep()]);
  const removed = answers.map(({ body }) => body.conversations);
  assert.equal(removed.reduce((sum, count) => sum + count, 0), 6);
});

Deno.test("the sweep passes by a conversation that somebody is at work on", async () => {
  await sweepAll();
  const { id } = await conversation();
  await expire(id);
  await withSql((sql) =>
    sql.begin(async (tx) => {
      await tx`update public.conversations set title = 'In use' where id = ${id}`;
      const { body } = await sweep();
      assert.deepEqual(body, { conversations: 0, more: true });
    })
  );
  assert.equal((await history(owner, id)).body.conversation.title, "In use");
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
  await owner.supabase.from("conversation_files")
    .insert({ conversation_id: id, file_id: file.id });
  const read = () => request(viewer, `file-download/${file.id}`);
  assert.equal((await read()).status, 200);

  await expire(id);
  const { body } = await append(viewer, fresh("own"), ["mine"]);
  const { error } = await viewer.supabase.from("conversation_files")
    .insert({ conversation_id: body.conversation.id, file_id: file.id });
  assert.equal(error?.code, "42501");
  assertProblem(await read(), 404, "not_found");

  // Without a condition, so that no policy of reading hides it.
  await editor.supabase.from("conversations").update({ title: "alive" });
  assertProblem(await read(), 404, "not_found");
});
