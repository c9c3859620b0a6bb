/** The members of a conversation: what the routes answer, and what a share gives and takes. */
import assert from "node:assert/strict";
import { type Actor, cast } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";
import { storedFile } from "../support/stored_files.ts";
import { hitsIn } from "./searching.ts";

const { owner, viewer, editor, stranger } = await cast();

const members = (
  actor: Actor,
  id: string,
  rest = "",
  options: { method?: string; json?: unknown } = {},
) => request(actor, `conversation-history/${id}/members${rest}`, options);

const put = (id: string, who: Actor | string, role: unknown, actor = owner) =>
  members(actor, id, `/${typeof who === "string" ? who : who.id}`, {
    method: "PUT",
    json: { role },
  });

const remove = (actor: Actor, id: string, who: Actor) =>
  members(actor, id, `/${who.id}`, { method: "DELETE" });

const newWord = () => `w${crypto.randomUUID().replaceAll("-", "")}`;

async function conversation(word = "hello", rest = {}) {
  const name = fresh("members");
  const { body } = await append(owner, name, [word], rest);
  return { id: body.conversation.id as string, name };
}

const accept = (actor: Actor, id: string) =>
  members(actor, id, "/me", { method: "PUT" });

/** Whether the conversation is in the actor's list, and among the invitations. */
async function listed(actor: Actor, id: string) {
  const [list, invited] = await Promise.all(
    ["limit=100", "limit=100&invited=true"].map(async (query) => {
      const { body } = await request(actor, `conversation-history?${query}`);
      return body.conversations.some((each: { id: string }) => each.id === id);
    }),
  );
  return { list, invited };
}

Deno.test("the owner adds, lists, changes and removes members", async () => {
  const { id, name } = await conversation();
  const added = await put(id, viewer, "viewer");
  assert.equal(added.status, 200);
  const { added_at, ...member } = added.body;
  assert.deepEqual(member, {
    user_id: viewer.id,
    role: "viewer",
    accepted_at: null,
    declined_at: null,
  });
  await put(name, editor, "editor");
  const promoted = await put(id, viewer, "editor");
  assert.deepEqual(promoted.body, { ...added.body, role: "editor", added_at });
  const { body } = await members(owner, id);
  assert.deepEqual(
    body.members.map(({ user_id, role }: { user_id: string; role: string }) => [
      user_id,
      role,
    ]),
    [[viewer.id, "editor"], [editor.id, "editor"]],
  );
  const one = await members(owner, id, `/${viewer.id}`);
  assert.deepEqual(one.body, promoted.body);
  assert.equal((await remove(owner, id, viewer)).status, 204);
  assert.equal((await members(owner, id)).body.members.length, 1);
  assertProblem(await remove(owner, id, viewer), 404, "not_found");
});

Deno.test("an invitation is readable by its id at once, and listed once accepted", async () => {
  const word = newWord();
  const { id } = await conversation(word);
  await put(id, viewer, "viewer");
  const { body } = await history(viewer, id);
  assert.equal(body.conversation.access, "viewer");
  assert.equal(body.messages[0].content, word);
  assert.deepEqual(await listed(viewer, id), { list: false, invited: true });

  const accepted = await accept(viewer, id);
  assert.equal(accepted.status, 200, accepted.text);
  assert.notEqual(accepted.body.accepted_at, null);
  assert.deepEqual(await listed(viewer, id), { list: true, invited: false });
  assert.deepEqual((await accept(viewer, id)).body, accepted.body);
  assert.deepEqual(
    (await members(owner, id, `/${viewer.id}`)).body,
    accepted.body,
  );
});

for (const how of ["declined", "left"]) {
  Deno.test(`a share that was ${how} stays so whatever the owner does, until its user accepts`, async () => {
    const { id } = await conversation();
    await put(id, viewer, "viewer");
    if (how === "left") await accept(viewer, id);
    assert.equal((await remove(viewer, id, viewer)).status, 204);
    const gone = { list: false, invited: false };
    assert.equal((await history(viewer, id)).body.conversation, null);
    assert.deepEqual(await listed(viewer, id), gone);

    const again = await put(id, viewer, "editor");
    assert.notEqual(again.body.declined_at, null);
    assert.equal(again.body.accepted_at, null);
    assert.equal((await history(viewer, id)).body.conversation, null);
    assert.deepEqual(await listed(viewer, id), gone);
    assertProblem(
      await request(viewer, `conversation-history/${id}`, {
        method: "PATCH",
        json: { title: "Mine" },
      }),
      404,
      "not_found",
    );

    // Neither by taking it away and sharing anew; in between it cannot be accepted.
    assert.equal((await remove(owner, id, viewer)).status, 204);
    assertProblem(await accept(viewer, id), 404, "not_found");
    const anew = await put(id, viewer, "editor");
    assert.equal(anew.body.declined_at, again.body.declined_at);
    assert.equal((await history(viewer, id)).body.conversation, null);
    assert.deepEqual(await listed(viewer, id), gone);

    const { body } = await accept(viewer, id);
    assert.equal(body.declined_at, null);
    assert.equal(
      (await history(viewer, id)).body.conversation.access,
      "editor",
    );
    assert.deepEqual(await listed(viewer, id), { list: true, invited: false });
  });
}

Deno.test("nobody accepts what they were not invited to, and nobody in another's name", async () => {
  const { id, name } = await conversation();
  await put(id, viewer, "viewer");
  for (const actor of [owner, stranger]) {
    assertProblem(await accept(actor, id), 404, "not_found");
  }
  assertProblem(await accept(viewer, name), 404, "not_found");
  const { body } = await members(owner, id, `/${viewer.id}`);
  assert.equal(body.accepted_at, null);
});

Deno.test("a conversation without members has an empty list", async () => {
  const { id } = await conversation();
  assert.deepEqual((await members(owner, id)).body, { members: [] });
});

Deno.test("a member sees their own membership and no other", async () => {
  const { id } = await conversation();
  await put(id, viewer, "viewer");
  await put(id, editor, "editor");
  for (const actor of [viewer, editor]) {
    const { body } = await members(actor, id);
    assert.deepEqual(
      body.members.map(({ user_id }: { user_id: string }) => user_id),
      [actor.id],
    );
  }
});

Deno.test("access in every answer is what one may do", async () => {
  const { id } = await conversation();
  await put(id, viewer, "viewer");
  await put(id, editor, "editor");
  for (const actor of [owner, viewer, editor]) {
    const { body } = await history(actor, id);
    assert.equal(body.conversation.access, actor.name);
  }
  await put(id, viewer, "editor");
  const { body } = await history(viewer, id);
  assert.equal(body.conversation.access, "editor");
  assert.equal((await append(viewer, id, ["now I may"])).status, 201);
});

Deno.test("there is no sharing with an unknown user, with the owner, or in another role", async () => {
  const { id } = await conversation();
  const unknown = await put(id, crypto.randomUUID(), "viewer");
  assertProblem(unknown, 422, "unknown_user");
  assertInvalid(await put(id, owner, "editor"), "/user_id");
  assertInvalid(await put(id, "nobody", "viewer"), "/user_id");
  for (const role of ["owner", "", null, 1]) {
    assertInvalid(await put(id, viewer, role), "/role");
  }
  assertInvalid(
    await members(owner, id, `/${viewer.id}`, {
      method: "PUT",
      json: { role: "viewer", owner: true },
    }),
    "/owner",
  );
  assert.deepEqual((await members(owner, id)).body, { members: [] });
});

Deno.test("a stranger is told what one who asks for nothing is, on every route and method", async () => {
  const { id } = await conversation();
  await put(id, viewer, "viewer");
  const missing = crypto.randomUUID();
  const routes: [string, string, unknown?][] = [
    ["", "GET"],
    [`/${viewer.id}`, "GET"],
    [`/${stranger.id}`, "PUT", { role: "editor" }],
    [`/${owner.id}`, "PUT", { role: "editor" }],
    [`/${viewer.id}`, "DELETE"],
    [`/${stranger.id}`, "DELETE"],
  ];
  for (const [path, method, json] of routes) {
    const [ofHidden, ofMissing] = await Promise.all(
      [id, missing].map((address) =>
        members(stranger, address, path, { method, json })
      ),
    );
    assertProblem(ofHidden!, 404, "not_found");
    const { request_id: _1, ...hiddenBody } = ofHidden!.body;
    const { request_id: _2, ...missingBody } = ofMissing!.body;
    assert.deepEqual(hiddenBody, missingBody);
  }
});

for (const how of ["taken away", "given back by leaving"]) {
  Deno.test(`a share ${how} ends all that it gave in the next request`, async () => {
    const word = newWord();
    const file = await storedFile(owner);
    const { id } = await conversation(word, { file_ids: [file.id] });
    await put(id, editor, "editor");
    await accept(editor, id);
    const at = (path: string) => request(editor, path);
    const signed = await at(`file-download/${file.id}/url`);
    assert.equal(signed.status, 200);
    assert.deepEqual(await hitsIn(editor, id, word), [1]);
    assert.equal((await append(editor, id, ["mine"])).status, 201);

    const actor = how === "taken away" ? owner : editor;
    assert.equal((await remove(actor, id, editor)).status, 204);

    assert.equal((await history(editor, id)).body.conversation, null);
    const context = await at(
      `conversation-history/${id}/context?max_tokens=99`,
    );
    assert.equal(context.body.conversation, null);
    assert.deepEqual(await hitsIn(editor, id, word), []);
    const list = await at("conversation-history?limit=100");
    assert.ok(!list.text.includes(id));
    for (
      const path of [
        `conversation-history/${id}/export`,
        `file-download/${file.id}`,
        `file-download/${file.id}/metadata`,
        `file-download/${file.id}/url`,
      ]
    ) {
      assertProblem(await at(path), 404, "not_found");
    }
    const files = await at(`file-download?continuation_id=${id}`);
    assert.deepEqual(files.body.files, []);
    const appended = await append(editor, id, ["lost"]);
    assert.notEqual(appended.body.conversation.id, id);
    assert.equal((await history(owner, id)).body.conversation.last_seq, 2);
    const object = await fetch(
      new URL(
        `/storage/v1/object/authenticated/${file.bucket}/${owner.id}/${file.id}`,
        signed.body.url,
      ),
      { headers: editor.headers },
    );
    await object.body?.cancel();
    assert.ok(object.status >= 400);
  });
}

Deno.test("a viewer who was an editor no longer writes", async () => {
  const { id } = await conversation();
  await put(id, editor, "editor");
  assert.equal((await append(editor, id, ["mine"])).status, 201);
  await put(id, editor, "viewer");
  assertProblem(await append(editor, id, ["no"]), 403, "read_only");
  assert.equal((await history(editor, id)).body.messages.length, 2);
});

Deno.test("of two owners' equal names each user means their own, and the other's by its id", async () => {
  const { id, name } = await conversation();
  await put(id, editor, "editor");
  const { body: own } = await append(editor, name, ["my own"]);
  assert.notEqual(own.conversation.id, id);
  assert.equal(
    (await history(editor, name)).body.conversation.id,
    own.conversation.id,
  );
  assert.equal((await history(editor, id)).body.conversation.id, id);
});
