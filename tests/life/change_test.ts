import assert from "node:assert/strict";
import { cast } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";
import { asUser } from "../support/as_user.ts";
import { share } from "../support/sharing.ts";

const { owner, viewer, editor, stranger } = await cast();

/** A fresh conversation of one message. */
async function conversation(rest = {}) {
  const { body } = await append(owner, fresh("change"), ["hello"], rest);
  return body.conversation;
}

function change(
  id: string,
  json: unknown,
  headers: Record<string, string> = {},
  actor = owner,
) {
  return request(actor, `conversation-history/${id}`, {
    method: "PATCH",
    json,
    headers,
  });
}

Deno.test("a change answers the conversation as every read then shows it, and moves nothing else", async () => {
  const before = await conversation({ metadata: { kept: 1 } });
  const { status, body } = await change(before.id, { title: "New" });
  assert.equal(status, 200);
  const { updated_at, ...rest } = body;
  const { updated_at: earlier, ...unchanged } = before;
  assert.deepEqual(rest, { ...unchanged, title: "New" });
  assert.ok(updated_at > earlier);
  assert.deepEqual((await history(owner, before.id)).body.conversation, body);
});

Deno.test("archiving keeps its first time, and is undone", async () => {
  const { id } = await conversation();
  const { body: archived } = await change(id, { archived: true });
  assert.notEqual(archived.archived_at, null);
  const { body: again } = await change(id, { archived: true, title: "Again" });
  assert.equal(again.archived_at, archived.archived_at);
  const { body: current } = await change(id, { archived: false });
  assert.equal(current.archived_at, null);
});

Deno.test("ttl_seconds is set and taken away by the owner alone", async () => {
  const { id } = await conversation();
  assert.equal((await change(id, { ttl_seconds: 60 })).body.ttl_seconds, 60);
  await share(id, editor, "editor");
  for (const ttl_seconds of [1, null]) {
    const answer = await change(id, { ttl_seconds }, {}, editor);
    assertProblem(answer, 403, "owner_only");
    const { error } = await editor.supabase.rpc("update_conversation", {
      continuation_id: id,
      changes: JSON.stringify({ ttl_seconds }),
    });
    assert.equal(error?.message, "owner_only");
    await assert.rejects(
      asUser(
        editor,
        (tx) =>
          tx`update continuum.conversations set ttl_seconds = ${ttl_seconds} where id = ${id}`,
      ),
      /owner_only/,
    );
  }
  const { body: { conversation: now } } = await history(owner, id);
  assert.equal(now.ttl_seconds, 60);
  const kept = await change(id, { ttl_seconds: 60, title: "Kept" }, {}, editor);
  assert.equal(kept.status, 200);
  assert.equal(
    (await change(id, { ttl_seconds: null })).body.ttl_seconds,
    null,
  );
});

Deno.test("a change of nothing changes nothing, its version included", async () => {
  const before = await conversation({ title: "Same" });
  for (const nothing of [{}, { title: "Same" }, { metadata: {} }]) {
    const answer = await change(before.id, nothing);
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, before);
  }
});

Deno.test("a viewer may not change, a stranger learns nothing", async () => {
  const { id, title } = await conversation();
  await share(id, viewer, "viewer");
  const refused = await change(id, { title: "Mine" }, {}, viewer);
  assertProblem(refused, 403, "read_only");
  const [hidden, missing] = await Promise.all(
    [id, crypto.randomUUID()].map((address) =>
      change(address, { title: "Mine" }, {}, stranger)
    ),
  );
  assertProblem(hidden!, 404, "not_found");
  const { request_id: _1, ...ofHidden } = hidden!.body;
  const { request_id: _2, ...ofMissing } = missing!.body;
  assert.deepEqual(ofHidden, ofMissing);
  const { body } = await history(owner, id);
  assert.equal(body.conversation.title, title);
});

const invalid: [Record<string, unknown>, string][] = [
  [{ title: "" }, "/title"],
  [{ title: "x".repeat(201) }, "/title"],
  [{ title: null }, "/title"],
  [{ title: "a\u0000" }, "/title"],
  [{ metadata: null }, "/metadata"],
  [{ metadata: [] }, "/metadata"],
  [{ metadata: { x: "x".repeat(65536) } }, "/metadata"],
  [{ archived: null }, "/archived"],
  [{ archived: "true" }, "/archived"],
  [{ archived_at: null }, "/archived_at"],
  [{ ttl_seconds: 0 }, "/ttl_seconds"],
  [{ ttl_seconds: 1.5 }, "/ttl_seconds"],
  [{ ttl_seconds: 315_360_001 }, "/ttl_seconds"],
  [{ last_seq: 0 }, "/last_seq"],
  [{ owner_id: crypto.randomUUID() }, "/owner_id"],
  [{ continuation_id: "x" }, "/continuation_id"],
];
for (const [json, pointer] of invalid) {
  const shown = JSON.stringify(json).slice(0, 40);
  Deno.test(`a change that breaks a rule points at it and changes nothing: ${shown}`, async () => {
    const before = await conversation();
    const answer = await change(before.id, { title: "New", ...json });
    assertInvalid(answer, pointer);
    const { body } = await history(owner, before.id);
    assert.deepEqual(body.conversation, before);
  });
}

Deno.test("a title has 200 characters of any script", async () => {
  const { id } = await conversation();
  const title = "🦒".repeat(200);
  assert.equal((await change(id, { title })).body.title, title);
});
