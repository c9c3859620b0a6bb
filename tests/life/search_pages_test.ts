/** The order of hits, what is in one, and pages of them. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, history } from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";
import { type Hit, search } from "./searching.ts";

const owner = await signUp("owner");

const keyOf = ({ conversation, message }: Hit) =>
  `${conversation.id}/${message.seq}`;

/** The hits of every page, by following next_cursor. */
async function follow(
  q: string,
  limit: number,
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Hit[][]> {
  const pages: Hit[][] = [];
  let cursor: string | null = null;
  do {
    const { status, body } = await search(owner, q, {
      limit: `${limit}`,
      ...(cursor ? { cursor } : {}),
    });
    assert.equal(status, 200);
    pages.push(body.hits);
    cursor = body.next_cursor;
    await meanwhile();
  } while (cursor !== null);
  return pages;
}

Deno.test("a hit is the conversation and the message that history shows, with the match marked", async () => {
  const name = fresh("hit");
  await append(owner, name, [
    "nothing",
    { role: "assistant", content: "the zebra crossing" },
  ]);
  const { body } = await search(owner, "zebra");
  const page = (await history(owner, name)).body;
  const { role, created_at } = page.messages[1];
  assert.deepEqual(body, {
    hits: [{
      conversation: page.conversation,
      message: { seq: 2, position: 2, role, created_at },
      snippet: "the ⟦zebra⟧ crossing",
    }],
    next_cursor: null,
  });
});

Deno.test("messages that say more of it come first", async () => {
  const { body } = await append(owner, fresh("rank"), [
    "walrus among many other words that say nothing of it at all",
    "walrus walrus walrus and again the walrus",
    "a walrus, and a second walrus",
  ]);
  const found = (await search(owner, "walrus")).body.hits;
  assert.deepEqual(
    found.map(({ message }: Hit) => message.seq),
    [2, 3, 1],
  );
  assert.equal(found[0].conversation.id, body.conversation.id);
});

Deno.test("pages give every hit once, equal ranks included", async () => {
  const expected = new Set<string>();
  for (const times of [1, 2, 3]) {
    const { body } = await append(
      owner,
      fresh("pages"),
      Array.from({ length: 15 }, () => "ocelot ".repeat(times)),
    );
    for (const { seq } of body.messages) {
      expected.add(`${body.conversation.id}/${seq}`);
    }
  }
  const pages = await follow("ocelot", 7);
  assert.deepEqual(pages.map((page) => page.length), [...Array(6).fill(7), 3]);
  const listed = pages.flat().map(keyOf);
  assert.equal(new Set(listed).size, 45);
  assert.deepEqual(new Set(listed), expected);
  assert.deepEqual((await follow("ocelot", 45)).flat().map(keyOf), listed);
});

Deno.test("what is there is neither repeated nor skipped while more is appended", async () => {
  const { body } = await append(
    owner,
    fresh("busy"),
    Array.from({ length: 12 }, () => "capybara"),
  );
  const listed = (await follow(
    "capybara",
    5,
    () => append(owner, fresh("busy"), ["capybara capybara", "capybara"]),
  )).flat().map(keyOf);
  assert.equal(new Set(listed).size, listed.length);
  for (const { seq } of body.messages) {
    assert.ok(listed.includes(`${body.conversation.id}/${seq}`));
  }
});

Deno.test("a match far into a long message is found and shown", async () => {
  const before = "lorem ipsum dolor sit amet ".repeat(5000);
  await append(owner, fresh("long"), [`${before}the tapir rests`]);
  const { body } = await search(owner, "tapir");
  assert.match(body.hits[0].snippet, /the ⟦tapir⟧ rests/);
  await append(owner, fresh("long"), [`okapi ${before} gerenuk`]);
  const apart = (await search(owner, "gerenuk okapi")).body.hits[0];
  assert.match(apart.snippet, /⟦(okapi|gerenuk)⟧/);
});

Deno.test("a full page of the longest messages is answered", async () => {
  const actor = await signUp("writer");
  // As long as search looks into, and no piece but the last has the word.
  const words = "lorem ipsum dolor sit amet ".repeat(7400);
  for (let batch = 0; batch < 20; batch++) {
    const messages = Array.from({ length: 5 }, () => `${words}bilby`);
    await append(actor, fresh("longest"), messages);
  }
  const { status, body } = await search(actor, "bilby", { limit: "100" });
  assert.equal(status, 200);
  assert.equal(body.hits.length, 100);
});

Deno.test("limit is 20 by default and 1 to 100", async () => {
  await append(
    owner,
    fresh("limit"),
    Array.from({ length: 21 }, () => "quokka"),
  );
  assert.equal((await search(owner, "quokka")).body.hits.length, 20);
  const most = await search(owner, "quokka", { limit: "100" });
  assert.equal(most.body.hits.length, 21);
  for (const limit of ["0", "101", "x"]) {
    assertInvalid(await search(owner, "quokka", { limit }), "/limit");
  }
});

Deno.test("a cursor that no search gave is 400 invalid_cursor", async () => {
  await append(owner, fresh("cursor"), ["numbat", "numbat"]);
  const { body: { next_cursor } } = await search(owner, "numbat", {
    limit: "1",
  });
  const decoded = JSON.parse(
    atob(next_cursor.replaceAll("-", "+").replaceAll("_", "/")),
  );
  const encode = (value: unknown) => btoa(JSON.stringify(value));
  const list = encode({
    last_activity_at: "2026-01-01T00:00:00Z",
    id: decoded.id,
  });
  const malformed = [
    "",
    "x",
    next_cursor.slice(2),
    list,
    encode({ ...decoded, rank: "1" }),
    encode({ ...decoded, rank: 1e300 }),
    encode({ ...decoded, rank: 1e-300 }),
    encode({ ...decoded, id: "1" }),
    encode({ ...decoded, more: 1 }),
  ];
  for (const cursor of malformed) {
    assertProblem(
      await search(owner, "numbat", { cursor }),
      400,
      "invalid_cursor",
    );
  }
});
