/** Retries of the official client over a network that loses answers, and clients at once. */
import assert from "node:assert/strict";
import OpenAI from "npm:openai@7.57.0";
import { signUp } from "../support/actors.ts";
import { all, clientOf } from "./client.ts";

const owner = await signUp("openai-retries");
const client = clientOf(owner);

/** A client with keys, each of whose first `losses` answers is lost once the request was carried out. */
function unluckyClient(losses = 1) {
  const sent: string[] = [];
  const unlucky = clientOf(owner, {
    fetch: async (input: string | URL | Request, init?: RequestInit) => {
      const response = await fetch(input, init);
      const key = new Headers(init?.headers).get("Idempotency-Key") ?? "";
      sent.push(key);
      if (sent.filter((each) => each === key).length > losses) return response;
      await response.body?.cancel();
      throw new TypeError("connection reset");
    },
  });
  // A member that the client has for APIs that know such a header.
  Object.assign(unlucky, { idempotencyHeader: "Idempotency-Key" });
  return { unlucky, sent };
}

Deno.test("items whose answer was lost are stored once", async () => {
  const { id } = await client.conversations.create();
  const { unlucky, sent } = unluckyClient(2);
  const { data } = await unlucky.conversations.items.create(id, {
    items: [{ role: "user", content: "one" }, { role: "user", content: "two" }],
  });
  assert.equal(sent.length, 3);
  assert.equal(new Set(sent).size, 1);
  assert.deepEqual(
    await all(client.conversations.items.list(id, { order: "asc" })),
    data,
  );
});

Deno.test("a conversation whose answer was lost is created once", async () => {
  const own = await signUp("once");
  const before = clientOf(own);
  const { unlucky } = unluckyClient();
  unlucky.apiKey = before.apiKey;
  const created = await unlucky.conversations.create({
    items: [{ role: "user", content: "Hello" }],
    metadata: { topic: "atlas" },
  });
  const { data } = await before.get<{ data: unknown[] }>("/conversations");
  assert.deepEqual(data, [created]);
});

Deno.test("a key of another request is refused", async () => {
  const { id } = await client.conversations.create();
  const create = (content: string) =>
    client.conversations.items.create(
      id,
      { items: [{ role: "user", content }] },
      { headers: { "Idempotency-Key": "one key" } },
    );
  await create("one");
  await create("one");
  await assert.rejects(create("two"), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.code, "idempotency_mismatch");
    return true;
  });
});

Deno.test("a deleted item that is added again with a key is added once", async () => {
  const { id } = await client.conversations.create();
  const { items } = client.conversations;
  const call = {
    type: "function_call" as const,
    id: "fc_1",
    call_id: "call_1",
    name: "add",
    arguments: "{}",
  };
  await items.create(id, { items: [call] });
  await items.delete("fc_1", { conversation_id: id });
  const { unlucky } = unluckyClient();
  const { data } = await unlucky.conversations.items.create(id, {
    items: [call],
  });
  assert.deepEqual(await all(items.list(id)), data);
});

Deno.test("of twenty clients at once none is lost, and each sees the order of its own", async () => {
  const { id } = await client.conversations.create();
  await Promise.all(Array.from({ length: 20 }, async (_, writer) => {
    for (let turn = 0; turn < 3; turn++) {
      await client.conversations.items.create(id, {
        items: [{ role: "user", content: `${writer}:${turn}` }],
      });
    }
  }));
  const listed = await all(
    client.conversations.items.list(id, { order: "asc" }),
  );
  // deno-lint-ignore no-explicit-any -- every item is a message
  const texts: string[] = listed.map((item: any) => item.content[0].text);
  assert.equal(new Set(texts).size, 60);
  for (let writer = 0; writer < 20; writer++) {
    const own = texts.filter((text) => text.startsWith(`${writer}:`));
    assert.deepEqual(own, [0, 1, 2].map((turn) => `${writer}:${turn}`));
  }
});

Deno.test("deletions of the newest item at once with appends take away nothing else", async () => {
  const { id } = await client.conversations.create();
  const { items } = client.conversations;
  const says = (content: string) => ({
    items: [{ role: "user" as const, content }],
  });
  const kept = Array.from({ length: 20 }, (_, index) => `kept ${index}`);
  let isOver = false;
  await Promise.all([
    ...[0, 1, 2].map(async () => {
      while (!isOver) {
        const { last_id } = await items.create(id, says("taken back"));
        await items.delete(last_id, { conversation_id: id });
      }
    }),
    (async () => {
      for (const content of kept) await items.create(id, says(content));
    })().finally(() => isOver = true),
  ]);
  const left = await all(items.list(id, { order: "asc" }));
  // deno-lint-ignore no-explicit-any -- every item is a message
  assert.deepEqual(left.map((item: any) => item.content[0].text), kept);
});
