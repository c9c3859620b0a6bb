import assert from "node:assert/strict";
import OpenAI from "npm:openai@7.57.0";
import { signUp } from "../support/actors.ts";
import { all, clientOf } from "./client.ts";

interface Page {
  data: { id: string }[];
  last_id: string;
  has_more: boolean;
}

const client = clientOf(await signUp("openai"));

/** A message of a user's as a client sends it. */
const says = (content: string) => ({ role: "user" as const, content });

/** The text of each item that is a message of one text. */
// deno-lint-ignore no-explicit-any -- items of many types
const texts = (items: any[]) => items.map(({ content }) => content[0].text);

async function conversationOf(...words: string[]) {
  return await client.conversations.create({ items: words.map(says) });
}

Deno.test("a conversation is created empty, retrieved, updated and deleted", async () => {
  const created = await client.conversations.create();
  assert.match(created.id, /^conv_[0-9a-f]{32}$/);
  assert.equal(created.object, "conversation");
  assert.deepEqual(created.metadata, {});
  assert.ok(Math.abs(created.created_at - Date.now() / 1000) < 3600);
  assert.deepEqual(await client.conversations.retrieve(created.id), created);

  const updated = await client.conversations.update(created.id, {
    metadata: { topic: "atlas" },
  });
  assert.deepEqual(updated, { ...created, metadata: { topic: "atlas" } });

  assert.deepEqual(await client.conversations.delete(created.id), {
    id: created.id,
    object: "conversation.deleted",
    deleted: true,
  });
  await assert.rejects(
    client.conversations.retrieve(created.id),
    OpenAI.NotFoundError,
  );
});

Deno.test("an update replaces the metadata as a whole", async () => {
  const { id } = await client.conversations.create({
    metadata: { kept: "old", dropped: "old" },
  });
  await client.conversations.update(id, { metadata: { kept: "new" } });
  const { metadata } = await client.conversations.retrieve(id);
  assert.deepEqual(metadata, { kept: "new" });
  await client.conversations.update(id, { metadata: {} });
  assert.deepEqual((await client.conversations.retrieve(id)).metadata, {});
});

Deno.test("a conversation is created with items", async () => {
  const { id } = await conversationOf("one", "two");
  const items = await all(client.conversations.items.list(id));
  assert.deepEqual(texts(items), ["two", "one"]);
});

Deno.test("items are listed newest first, or oldest first, and pages of two lead to all", async () => {
  const words = ["one", "two", "three", "four", "five"];
  const { id } = await conversationOf(...words);
  const { items } = client.conversations;
  for (const limit of [2, 5, 100]) {
    assert.deepEqual(
      texts(await all(items.list(id, { limit, order: "asc" }))),
      words,
    );
    assert.deepEqual(
      texts(await all(items.list(id, { limit }))),
      words.toReversed(),
    );
  }
  const page = await items.list(id, {
    limit: 2,
    include: ["message.output_text.logprobs", "reasoning.encrypted_content"],
  });
  assert.equal(page.has_more, true);
  assert.equal(page.last_id, page.data[1]?.id);
  assert.equal((await items.list(id)).has_more, false);
});

Deno.test("an item is retrieved by its id, in its conversation only", async () => {
  const { id } = await conversationOf("one", "two");
  const other = await conversationOf("elsewhere");
  const { items } = client.conversations;
  for (const item of await all(items.list(id))) {
    assert.deepEqual(
      await items.retrieve(item.id!, { conversation_id: id }),
      item,
    );
    await assert.rejects(
      items.retrieve(item.id!, { conversation_id: other.id }),
      OpenAI.NotFoundError,
    );
  }
  for (const unknown of ["1", "msg_1", `msg_${"0".repeat(32)}`]) {
    await assert.rejects(
      items.retrieve(unknown, { conversation_id: id }),
      OpenAI.NotFoundError,
    );
  }
});

Deno.test("a deleted item is gone, whether it is the newest or not", async () => {
  const { id } = await conversationOf("one", "two", "three");
  const { items } = client.conversations;
  const [three, two, one] = await all(items.list(id));
  for (
    const [item, left] of [[two, ["one", "three"]], [three, ["one"]]] as const
  ) {
    const answer = await items.delete(item!.id!, { conversation_id: id });
    assert.deepEqual(answer, await client.conversations.retrieve(id));
    assert.deepEqual(texts(await all(items.list(id, { order: "asc" }))), left);
    for (const again of ["retrieve", "delete"] as const) {
      await assert.rejects(
        async () => await items[again](item!.id!, { conversation_id: id }),
        OpenAI.NotFoundError,
      );
    }
  }
  await items.create(id, { items: [says("four")] });
  assert.deepEqual(
    texts(await all(items.list(id, { limit: 1, order: "asc" }))),
    ["one", "four"],
  );
  // Where it was, a list goes on.
  const after = await items.list(id, { after: two!.id, order: "asc" });
  assert.deepEqual(texts(after.data), ["four"]);
  assert.equal(one!.id, (await items.list(id, { order: "asc" })).data[0]?.id);
});

Deno.test("twenty items fit a request, and what does not is refused with the parameter", async () => {
  const twenty = Array.from({ length: 20 }, (_, index) => says(`${index}`));
  const { id } = await client.conversations.create({ items: twenty });
  await client.conversations.items.create(id, { items: twenty });
  assert.equal((await all(client.conversations.items.list(id))).length, 40);
  await assert.rejects(
    client.conversations.items.create(id, { items: [...twenty, says("more")] }),
    (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.equal(error.param, "items");
      return true;
    },
  );
});

Deno.test("conversations are listed, newest activity first", async () => {
  const own = clientOf(await signUp("lister"));
  const ids: string[] = [];
  for (const topic of ["a", "b", "c"]) {
    ids.unshift((await own.conversations.create({ metadata: { topic } })).id);
  }
  const page = (after?: string) =>
    own.get<Page>(
      "/conversations",
      { query: { limit: 2, ...(after && { after }) } },
    );
  const first = await page();
  assert.deepEqual(first.data.map(({ id }) => id), ids.slice(0, 2));
  assert.equal(first.has_more, true);
  const second = await page(first.last_id);
  assert.deepEqual(second.data.map(({ id }) => id), ids.slice(2));
  assert.equal(second.has_more, false);
});
