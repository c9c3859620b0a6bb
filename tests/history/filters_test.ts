/** The list's filters: by the beginning of a name, by metadata, and what one is invited to. */
import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";
import { invite, share } from "../support/sharing.ts";

function list(actor: Actor, query: Record<string, string> = {}) {
  return request(actor, `conversation-history?${new URLSearchParams(query)}`);
}

/** The continuation ids of a page. */
async function names(actor: Actor, query: Record<string, string>) {
  const { status, body, text } = await list(actor, query);
  assert.equal(status, 200, text);
  return body.conversations.map((c: { continuation_id: string }) =>
    c.continuation_id
  ).sort();
}

const owner = await signUp("owner");
const project = { project: "atlas", tags: ["a", "b"], nested: { n: 1.0 } };
const made: Record<string, Record<string, unknown>> = {
  "repo/main": project,
  "repo/main/1": { project: "atlas" },
  "repo/other": { project: "borealis" },
  "repo": {},
  "re_o": {},
  "100%": {},
  "100x": {},
  "a\\b": {},
  "Repo": {},
  "кафе/1": {},
};
for (const [name, metadata] of Object.entries(made)) {
  await append(owner, name, ["x"], { metadata });
}

const prefixes: [string, string[]][] = [
  ["repo/", ["repo/main", "repo/main/1", "repo/other"]],
  ["repo/main", ["repo/main", "repo/main/1"]],
  ["repo", ["repo", "repo/main", "repo/main/1", "repo/other"]],
  ["re_", ["re_o"]],
  ["100%", ["100%"]],
  ["a\\", ["a\\b"]],
  ["R", ["Repo"]],
  ["кафе", ["кафе/1"]],
  ["кафе".normalize("NFD"), ["кафе/1"]],
  ["epo", []],
  ["%", []],
];
for (const [prefix, expected] of prefixes) {
  Deno.test(`prefix=${prefix} lists the names that begin so, to the letter`, async () => {
    assert.deepEqual(await names(owner, { prefix }), expected);
  });
}

const contained: [unknown, string[]][] = [
  [{ project: "atlas" }, ["repo/main", "repo/main/1"]],
  [{ project: "atlas", tags: ["b"] }, ["repo/main"]],
  [{ nested: { n: 1 } }, ["repo/main"]],
  [{ nested: {} }, ["repo/main"]],
  [{ project: "atla" }, []],
  [{ project: null }, []],
  [{}, Object.keys(made).sort()],
];
for (const [metadata, expected] of contained) {
  const text = JSON.stringify(metadata);
  Deno.test(`metadata=${text} lists what contains it`, async () => {
    assert.deepEqual(await names(owner, { metadata: text }), expected);
  });
}

Deno.test("filters go together, and with pages and the archive", async () => {
  const both = { prefix: "repo/", metadata: '{"project":"atlas"}' };
  assert.deepEqual(await names(owner, both), ["repo/main", "repo/main/1"]);
  const first = await list(owner, { ...both, limit: "1" });
  assert.equal(first.body.conversations.length, 1);
  const second = await list(owner, {
    ...both,
    limit: "1",
    cursor: first.body.next_cursor,
  });
  assert.equal(second.body.next_cursor, null);
  assert.deepEqual(
    [first, second].flatMap(({ body }) => body.conversations)
      .map((c: { continuation_id: string }) => c.continuation_id),
    ["repo/main/1", "repo/main"],
  );
  assert.deepEqual(await names(owner, { ...both, archived: "true" }), []);
});

Deno.test("filters that are none are 422 by their parameter", async () => {
  assertInvalid(await list(owner, { prefix: "" }), "/prefix");
  assertInvalid(await list(owner, { prefix: "x".repeat(256) }), "/prefix");
  for (const metadata of ["", "x", "[]", "null", '"a"', "1", "{", "{}x"]) {
    assertInvalid(await list(owner, { metadata }), "/metadata");
  }
  assertInvalid(
    await list(owner, { metadata: `{"a":"${"x".repeat(4096)}"}` }),
    "/metadata",
  );
  assertInvalid(await list(owner, { invited: "maybe" }), "/invited");
});

Deno.test("metadata that jsonb cannot hold is 422 and no failure", async () => {
  for (
    const metadata of [
      '{"n":1e99999}',
      '{"t":"\\u0000"}',
      '{"t":"\\ud800"}',
      `{"d":${"[".repeat(200)}${"]".repeat(200)}}`,
    ]
  ) {
    assertInvalid(await list(owner, { metadata }), "/metadata");
  }
});

Deno.test("filters look at what is shared too, and at nothing that is not", async () => {
  const [other, member] = [await signUp("other"), await signUp("member")];
  const shared = await append(other, "repo/shared", ["x"], {
    metadata: project,
  });
  await append(other, "repo/hidden", ["x"], { metadata: project });
  await share(shared.body.conversation.id, member, "viewer");
  const filter = { metadata: '{"project":"atlas"}' };
  assert.deepEqual(await names(member, filter), ["repo/shared"]);
  assert.deepEqual(await names(member, { prefix: "repo/" }), ["repo/shared"]);
});

Deno.test("an invitation is listed as one, readable by id, and in the list once accepted", async () => {
  const [host, guest] = [await signUp("host"), await signUp("guest")];
  const { body } = await append(host, fresh("party"), ["welcome"]);
  const { id, continuation_id } = body.conversation;
  await invite(id, guest, "editor");

  assert.deepEqual(await names(guest, {}), []);
  assert.deepEqual(await names(guest, { invited: "true" }), [continuation_id]);
  assert.deepEqual(await names(host, { invited: "true" }), []);
  assert.equal((await history(guest, id)).body.messages.length, 1);
  assert.equal((await append(guest, id, ["thanks"])).status, 201);

  const accepted = await request(
    guest,
    `conversation-history/${id}/members/me`,
    {
      method: "PUT",
    },
  );
  assert.equal(accepted.status, 200, accepted.text);
  assert.notEqual(accepted.body.accepted_at, null);
  assert.equal(accepted.body.declined_at, null);
  assert.deepEqual(await names(guest, {}), [continuation_id]);
  assert.deepEqual(await names(guest, { invited: "true" }), []);
});

Deno.test("a declined invitation is in neither list and closed, until its invitee accepts", async () => {
  const [host, guest] = [await signUp("host"), await signUp("guest")];
  const { body } = await append(host, fresh("party"), ["welcome"]);
  const { id, continuation_id } = body.conversation;
  await invite(id, guest, "viewer");
  const me = `conversation-history/${id}/members/${guest.id}`;
  assert.equal((await request(guest, me, { method: "DELETE" })).status, 204);
  for (const query of [{}, { invited: "true" }]) {
    assert.deepEqual(await names(guest, query as Record<string, string>), []);
  }
  assert.equal((await history(guest, id)).body.conversation, null);
  // Inviting again does not undo it.
  await request(host, me, { method: "PUT", json: { role: "editor" } });
  assert.equal((await history(guest, id)).body.conversation, null);
  await request(guest, `conversation-history/${id}/members/me`, {
    method: "PUT",
  });
  assert.deepEqual(await names(guest, {}), [continuation_id]);
});

Deno.test("who is not invited accepts nothing", async () => {
  const [host, stranger] = [await signUp("host"), await signUp("stranger")];
  const { body } = await append(host, fresh("party"), ["welcome"]);
  for (const id of [body.conversation.id, crypto.randomUUID()]) {
    assertProblem(
      await request(stranger, `conversation-history/${id}/members/me`, {
        method: "PUT",
      }),
      404,
      "not_found",
    );
  }
  assert.deepEqual(await names(stranger, {}), []);
});
