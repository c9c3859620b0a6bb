import assert from "node:assert/strict";
import { cast } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import { kept, storedFile } from "../support/stored_files.ts";
import { whileFourAppend } from "./writers.ts";

const { owner, viewer, editor, stranger } = await cast();

function fork(address: string, json: unknown = {}, actor = owner) {
  return request(actor, `conversation-history/${address}/fork`, { json });
}

/** Five messages, two of them by an editor; the second has a call, the fourth a file. */
async function conversation() {
  const name = fresh("fork");
  const file = await storedFile(owner);
  const { body } = await append(owner, name, [
    { content: "1", client_id: "one", metadata: { n: 1 }, token_count: 7 },
    { role: "assistant", content: "", parts: [{ type: "tool_call", id: "a" }] },
    "3",
  ], { title: "Source", metadata: { kept: true }, ttl_seconds: 3600 });
  const id: string = body.conversation.id;
  await share(id, editor, "editor");
  await append(owner, name, [{ content: "4", file_ids: [file.id] }]);
  await append(editor, id, ["5"]);
  return { id, name, file };
}

/** All of a conversation as its owner reads it. */
const whole = async (address: string, actor = owner) =>
  (await history(actor, address, "limit=500")).body;

interface Copied {
  id: string;
  file_ids: string[];
}

/** A message without what a copy has of its own: ids are unique. */
const withoutId = ({ id: _, ...rest }: Copied) => rest;

Deno.test("a fork is a conversation of one's own that begins as another, up to a position", async () => {
  const { id, file } = await conversation();
  const source = await whole(id);
  const { status, body, headers } = await fork(id, { through_position: 4 });
  assert.equal(status, 201);
  const copy = await whole(body.continuation_id);
  assert.deepEqual(copy.conversation, body);
  assert.notEqual(body.id, id);
  assert.deepEqual(
    [body.title, body.metadata, body.last_seq, body.access, body.ttl_seconds],
    ["Source", { kept: true }, 4, "owner", null],
  );
  assert.deepEqual(
    copy.messages.map(withoutId),
    source.messages.slice(0, 4).map(withoutId),
  );
  assert.deepEqual(copy.messages[3].file_ids, [file.id]);
  const ids = [...source.messages, ...copy.messages].map(({ id }) => id);
  assert.equal(new Set(ids).size, 9);
  const at = new URL(
    headers.get("Location")!,
    `https://x/functions/v1/conversation-history/${id}/fork`,
  );
  assert.equal(
    at.pathname,
    `/functions/v1/conversation-history/${body.continuation_id}`,
  );
});

Deno.test("the whole line if through_position is omitted, with the authors of each message", async () => {
  const { id } = await conversation();
  const { body } = await fork(id);
  const { messages } = await whole(body.id);
  assert.deepEqual(
    messages.map(({ author_id }: { author_id: string }) => author_id),
    [owner.id, owner.id, owner.id, owner.id, editor.id],
  );
});

Deno.test("a fork goes on by itself: neither conversation sees what the other gets", async () => {
  const { id } = await conversation();
  const source = await whole(id);
  const { body: { continuation_id } } = await fork(id, { through_position: 3 });
  const { body } = await append(owner, continuation_id, ["another fourth"]);
  assert.equal(body.messages[0].seq, 4);
  assert.deepEqual(await whole(id), source);
  await append(owner, id, ["six"]);
  assert.equal((await whole(continuation_id)).conversation.last_seq, 4);
  // A retry of what was copied is still a retry.
  const { body: replay } = await append(owner, continuation_id, [
    { content: "1", client_id: "one", metadata: { n: 1 }, token_count: 7 },
  ]);
  assert.equal(replay.replayed, true);
});

Deno.test("files are linked and not copied, and outlive the source", async () => {
  const { id, file } = await conversation();
  const before = await kept(owner.id!);
  const { body: copy } = await fork(id);
  const after = await kept(owner.id!);
  assert.deepEqual(after, before);
  await request(owner, `conversation-history/${id}`, { method: "DELETE" });
  const { messages } = await whole(copy.id);
  assert.deepEqual(messages[3].file_ids, [file.id]);
  const { status } = await request(owner, `file-download/${file.id}`);
  assert.equal(status, 200);
});

Deno.test("a name and a title are taken; a name that one has is 409 and changes nothing", async () => {
  const { id } = await conversation();
  const continuation_id = fresh("named");
  const { body } = await fork(id, { continuation_id, title: "Mine" });
  assert.equal(body.continuation_id, continuation_id);
  assert.equal(body.title, "Mine");
  await append(owner, continuation_id, ["more"]);
  assertProblem(await fork(id, { continuation_id }), 409, "already_exists");
  assert.equal((await whole(continuation_id)).conversation.last_seq, 6);
  const name = (await whole(id)).conversation.continuation_id;
  assertProblem(
    await fork(id, { continuation_id: name }),
    409,
    "already_exists",
  );
});

Deno.test("who reads a conversation forks it into one that nobody else sees", async () => {
  const { id, file } = await conversation();
  await share(id, viewer, "viewer");
  const { status, body } = await fork(id, {}, viewer);
  assert.equal(status, 201);
  assert.equal(body.owner_id, viewer.id);
  assert.equal((await whole(body.id, owner)).conversation, null);
  assert.deepEqual((await whole(body.id, viewer)).messages[3].file_ids, [
    file.id,
  ]);
  // The source's name is the viewer's to use, the source itself is not theirs to write.
  const refused = await append(viewer, id, ["no"]);
  assertProblem(refused, 403, "read_only");
});

Deno.test("a stranger is told what one who forks nothing is", async () => {
  const { id, name } = await conversation();
  const answers = await Promise.all(
    [id, name, crypto.randomUUID()].map((address) =>
      fork(address, {}, stranger)
    ),
  );
  for (const answer of answers) assertProblem(answer, 404, "not_found");
  const bodies = answers.map(({ body: { request_id: _, ...rest } }) => rest);
  assert.deepEqual(bodies[0], bodies[2]);
  assert.deepEqual(bodies[1], bodies[2]);
});

Deno.test("through_position is a position of the live line, and there is no other field", async () => {
  const { id } = await conversation();
  for (const through_position of [0, -1, 6, 1.5, "3", 2 ** 53]) {
    assertInvalid(await fork(id, { through_position }), "/through_position");
  }
  assertInvalid(await fork(id, { owner_id: owner.id }), "/owner_id");
  assertInvalid(await fork(id, { title: "" }), "/title");
  assertInvalid(await fork(id, { continuation_id: ".." }), "/continuation_id");
});

Deno.test("a fork while four append is a prefix without a gap", async () => {
  const { id } = await conversation();
  const { result: forks } = await whileFourAppend(
    owner,
    id,
    () => Promise.all(Array.from({ length: 5 }, () => fork(id))),
  );
  const source = await whole(id);
  for (const { status, body, text } of forks) {
    assert.equal(status, 201, text);
    const copy = await whole(body.id);
    assert.ok(copy.messages.length >= 5);
    assert.equal(copy.messages.length, body.last_seq);
    assert.deepEqual(
      copy.messages.map(withoutId),
      source.messages.slice(0, body.last_seq).map(withoutId),
    );
  }
});
