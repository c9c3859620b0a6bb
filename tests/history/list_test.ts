import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import { withSql } from "../support/sql.ts";

function list(actor: Actor, query: Record<string, string> = {}) {
  return request(actor, `conversation-history?${new URLSearchParams(query)}`);
}

/** Makes `count` conversations, one after another; their ids, oldest first. */
async function conversationsOf(actor: Actor, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 1; number <= count; number++) {
    const { body } = await append(actor, fresh("list"), [`${number}`]);
    ids.push(body.conversation.id);
  }
  return ids;
}

/** The ids of every page, by following next_cursor; `meanwhile` runs after each. */
async function follow(
  actor: Actor,
  query: Record<string, string>,
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | null = null;
  do {
    const { status, body } = await list(actor, {
      ...query,
      ...(cursor ? { cursor } : {}),
    });
    assert.equal(status, 200);
    pages.push(body.conversations.map(({ id }: { id: string }) => id));
    cursor = body.next_cursor;
    await meanwhile();
  } while (cursor !== null);
  return pages;
}

Deno.test("conversations are listed newest activity first, each as append answered it", async () => {
  const owner = await signUp("owner");
  const [first, second, third] = await conversationsOf(owner, 3);
  const { body: { conversation } } = await append(owner, first!, ["again"]);
  const { body } = await list(owner);
  assert.deepEqual(
    body.conversations.map(({ id }: { id: string }) => id),
    [first, third, second],
  );
  assert.deepEqual(body.conversations[0], conversation);
  assert.equal(body.next_cursor, null);
});

Deno.test("who has none lists none", async () => {
  const { body } = await list(await signUp("newcomer"));
  assert.deepEqual(body, { conversations: [], next_cursor: null });
});

Deno.test("shared conversations are listed among one's own, with the access that one has", async () => {
  const [owner, member] = await Promise.all([
    signUp("owner"),
    signUp("member"),
  ]);
  const [seen, written, hidden] = await conversationsOf(owner, 3);
  await share(seen!, member, "viewer");
  await share(written!, member, "editor");
  const [own] = await conversationsOf(member, 1);
  await append(owner, seen!, ["later"]);
  const { body } = await list(member);
  assert.deepEqual(
    body.conversations.map((
      c: { id: string; access: string },
    ) => [c.id, c.access]),
    [[seen, "viewer"], [own, "owner"], [written, "editor"]],
  );
  assert.ok(!JSON.stringify(body).includes(hidden!));
});

Deno.test("following the cursor gives every conversation once", async () => {
  const owner = await signUp("owner");
  const ids = await conversationsOf(owner, 7);
  const pages = await follow(owner, { limit: "3" });
  assert.deepEqual(pages.map((page) => page.length), [3, 3, 1]);
  assert.deepEqual(pages.flat(), ids.toReversed());
  assert.deepEqual(await follow(owner, { limit: "7" }), [ids.toReversed()]);
});

Deno.test("conversations of the same moment are neither repeated nor skipped", async () => {
  const owner = await signUp("owner");
  const ids = await conversationsOf(owner, 5);
  await withSql((sql) =>
    sql`
      update continuum.conversations set last_activity_at = '2026-01-01 00:00:00.123456Z'
      where owner_id = ${owner.id}
    `
  );
  const pages = await follow(owner, { limit: "2" });
  assert.deepEqual(pages.flat(), ids.toSorted().toReversed());
});

Deno.test("what does not change is neither repeated nor skipped while others change", async () => {
  const owner = await signUp("owner");
  const ids = await conversationsOf(owner, 8);
  const busy = ids.slice(0, 2);
  const calm = ids.slice(2).toReversed();
  const pages = await follow(owner, { limit: "2" }, async () => {
    for (const id of busy) await append(owner, id, ["busy"]);
    await conversationsOf(owner, 1);
  });
  const listed = pages.flat();
  assert.equal(new Set(listed).size, listed.length);
  assert.deepEqual(listed.filter((id) => calm.includes(id)), calm);
});

Deno.test("archived conversations are listed apart", async () => {
  const owner = await signUp("owner");
  const [archived, current] = await conversationsOf(owner, 2);
  await request(owner, `conversation-history/${archived}`, {
    method: "PATCH",
    json: { archived: true },
  });
  assert.deepEqual(await follow(owner, {}), [[current]]);
  assert.deepEqual(await follow(owner, { archived: "false" }), [[current]]);
  assert.deepEqual(await follow(owner, { archived: "true" }), [[archived]]);
});

Deno.test("limit is 20 by default and 1 to 100", async () => {
  const owner = await signUp("owner");
  await conversationsOf(owner, 21);
  assert.equal((await list(owner)).body.conversations.length, 20);
  assert.equal(
    (await list(owner, { limit: "1" })).body.conversations.length,
    1,
  );
  assert.equal(
    (await list(owner, { limit: "100" })).body.conversations.length,
    21,
  );
  for (const limit of ["0", "101", "-1", "2.0", "1e1", ""]) {
    assertInvalid(await list(owner, { limit }), "/limit");
  }
});

Deno.test("parameters that the list does not have are refused", async () => {
  const owner = await signUp("owner");
  assertInvalid(await list(owner, { archived: "yes" }), "/archived");
  assertInvalid(await list(owner, { page: "2" }), "/page");
});

Deno.test("a cursor that the API did not give is 400 invalid_cursor, never a silent restart", async () => {
  const owner = await signUp("owner");
  await conversationsOf(owner, 2);
  const { body } = await list(owner, { limit: "1" });
  const position = JSON.parse(
    atob(body.next_cursor.replaceAll("-", "+").replaceAll("_", "/")),
  );
  const encode = (value: unknown) =>
    btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_")
      .replaceAll("=", "");
  const malformed = [
    "",
    "x",
    "null",
    "%00",
    body.next_cursor.slice(0, -4),
    encode({ ...position, id: "1" }),
    encode({ ...position, last_activity_at: "yesterday" }),
    encode({ ...position, last_activity_at: "0000-01-01T00:00:00Z" }),
    encode({ ...position, last_activity_at: "2026-01-01T00:00:00+23:00" }),
    encode({ ...position, more: 1 }),
    encode({ last_activity_at: position.last_activity_at }),
    encode([]),
    encode(null),
  ];
  for (const cursor of malformed) {
    assertProblem(await list(owner, { cursor }), 400, "invalid_cursor");
  }
});

Deno.test("a cursor shows nothing of who else there is: another user's lists their own", async () => {
  const [owner, stranger] = await Promise.all([
    signUp("owner"),
    signUp("stranger"),
  ]);
  const ids = await conversationsOf(owner, 2);
  const { body } = await list(owner, { limit: "1" });
  const answer = await list(stranger, { cursor: body.next_cursor });
  assert.deepEqual(answer.body, { conversations: [], next_cursor: null });
  assert.equal(ids.length, 2);
});
