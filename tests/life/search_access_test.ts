/** Search finds nothing that its caller may not read. */
import assert from "node:assert/strict";
import { type Actor, cast } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import { expire } from "./expiry.ts";
import { type Hit, hitsIn, search } from "./searching.ts";

const actors = await cast();
const { owner, viewer, editor, stranger } = actors;

/** A conversation of the owner's that alone holds the word. */
async function conversationWith(word: string, rest = {}): Promise<string> {
  const { body } = await append(
    owner,
    fresh("search"),
    [`about ${word}`, "of nothing"],
    rest,
  );
  return body.conversation.id;
}

const newWord = () => `w${crypto.randomUUID().replaceAll("-", "")}`;

for (const who of [owner, viewer, editor, stranger]) {
  const may = who !== stranger;
  Deno.test(`${who.name} ${may ? "finds" : "does not find"} a message of a conversation shared by role`, async () => {
    const word = newWord();
    const id = await conversationWith(word);
    await share(id, viewer, "viewer");
    await share(id, editor, "editor");
    assert.deepEqual(await hitsIn(who, id, word), may ? [1] : []);
    const { data } = await who.supabase
      .rpc("search_messages", { q: word, max_hits: 20 });
    assert.equal(JSON.parse(data).hits.length, may ? 1 : 0);
    if (may) {
      const { body } = await search(who, word);
      assert.equal(body.hits[0].conversation.access, who.name);
    }
  });
}

Deno.test("nobody searches", async () => {
  assertProblem(await search(actors.nobody, "word"), 401, "unauthenticated");
  const { data, error } = await actors.nobody.supabase
    .rpc("search_messages", { q: "word", max_hits: 20 });
  assert.equal(data, null);
  assert.ok(error);
});

Deno.test("a word that only hidden messages hold changes nothing of one's own search", async () => {
  const word = newWord();
  await conversationWith(word);
  const { body: mine } = await append(stranger, fresh("mine"), [`my ${word}`]);
  const { body } = await search(stranger, word);
  assert.deepEqual(
    body.hits.map(({ conversation }: Hit) => conversation.id),
    [mine.conversation.id],
  );
  assert.equal(body.next_cursor, null);
});

Deno.test("another user's cursor shows nothing of theirs", async () => {
  const word = newWord();
  for (let count = 0; count < 2; count++) await conversationWith(word);
  const { body: { next_cursor } } = await search(owner, word, { limit: "1" });
  const { body } = await search(stranger, word, { cursor: next_cursor });
  assert.deepEqual(body, { hits: [], next_cursor: null });
});

Deno.test("a member whose share is taken away finds nothing in the next request", async () => {
  const word = newWord();
  const id = await conversationWith(word);
  await share(id, viewer, "viewer");
  assert.deepEqual(await hitsIn(viewer, id, word), [1]);
  const path = `conversation-history/${id}/members/${viewer.id}`;
  assert.equal((await request(owner, path, { method: "DELETE" })).status, 204);
  assert.deepEqual(await hitsIn(viewer, id, word), []);
});

Deno.test("an expired conversation is found by nobody", async () => {
  const word = newWord();
  const id = await conversationWith(word, { ttl_seconds: 60 });
  await share(id, viewer, "viewer");
  assert.deepEqual(await hitsIn(owner, id, word), [1]);
  await expire(id);
  assert.deepEqual(await hitsIn(owner, id, word), []);
  assert.deepEqual(await hitsIn(viewer, id, word), []);
});

Deno.test("what is hidden takes no place on a page from what is not", async () => {
  const word = newWord();
  for (let count = 0; count < 2; count++) {
    const better = `${word} ${word} ${word}`;
    await expire(await conversationWith(better, { ttl_seconds: 60 }));
  }
  const id = await conversationWith(word);
  const { body } = await search(owner, word, { limit: "1" });
  assert.deepEqual(
    body.hits.map(({ conversation }: Hit) => conversation.id),
    [id],
  );
  assert.equal(body.next_cursor, null);
});

Deno.test("archived conversations are found too, or alone, or not at all, as asked", async () => {
  const word = newWord();
  const [archived, current] = [
    await conversationWith(word),
    await conversationWith(word),
  ];
  for (const id of [archived, current]) await share(id, viewer, "viewer");
  await request(owner, `conversation-history/${archived}`, {
    method: "PATCH",
    json: { archived: true },
  });
  const found = async (actor: Actor, rest: Record<string, string>) =>
    new Set<string>(
      (await search(actor, word, rest)).body.hits
        .map(({ conversation }: Hit) => conversation.id),
    );
  for (const actor of [owner, viewer]) {
    assert.deepEqual(await found(actor, {}), new Set([archived, current]));
    assert.deepEqual(
      await found(actor, { archived: "true" }),
      new Set([archived]),
    );
    assert.deepEqual(
      await found(actor, { archived: "false" }),
      new Set([current]),
    );
  }
});
