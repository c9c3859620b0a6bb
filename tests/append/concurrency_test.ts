import assert from "node:assert/strict";
import { cast } from "../support/actors.ts";
import { type Answer, append, fresh, history } from "../support/http.ts";
import { share } from "../support/sharing.ts";

const { owner, editor } = await cast();

interface Stored {
  id: string;
  seq: number;
  content: string;
  client_id: string | null;
}

/** Every message of a conversation, page by page from the oldest. */
async function readAll(id: string, limit = 500): Promise<Stored[]> {
  const all: Stored[] = [];
  while (true) {
    const { body } = await history(
      owner,
      id,
      `after=${all.length}&limit=${limit}`,
    );
    all.push(...body.messages);
    if (!body.has_more) return all;
  }
}

function assertWithoutGap(messages: Stored[]) {
  assert.deepEqual(
    messages.map((message) => message.seq),
    messages.map((_, index) => index + 1),
  );
}

function shuffled<T>(items: T[]): T[] {
  return items.map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

Deno.test("16 writers with overlapping keys: no failure, no gap, one row a key, every answer true; a reader sees prefixes", async () => {
  const KEYS = 400;
  const APPENDS = 1000;
  const name = fresh("crowd");
  const { body } = await append(owner, name, [{
    content: "key 0",
    client_id: "0",
  }]);
  const id: string = body.conversation.id;
  await share(id, editor, "editor");

  // Each key is sent two or three times, by whoever gets to it; odd ones as an Idempotency-Key.
  const queue = shuffled(
    Array.from({ length: APPENDS }, (_, index) => index % KEYS),
  );
  const answers: { key: number; answer: Answer }[] = [];
  const writer = async (actor: typeof owner) => {
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      const content = `key ${key}`;
      const answer = key % 2 === 0
        ? await append(actor, id, [{ content, client_id: `${key}` }])
        : await append(actor, id, [content], {
          headers: { "Idempotency-Key": `${key}` },
        });
      answers.push({ key, answer });
    }
  };

  let writing = true;
  const snapshots: Stored[][] = [];
  const reader = async () => {
    while (writing) {
      const snapshot = await readAll(id, 37);
      assertWithoutGap(snapshot);
      snapshots.push(snapshot);
    }
  };

  const writers = Array.from(
    { length: 16 },
    (_, n) => writer(n % 2 === 0 ? owner : editor),
  );
  const reading = reader();
  await Promise.all(writers);
  writing = false;
  await reading;

  const stored = await readAll(id);
  assertWithoutGap(stored);
  assert.equal(stored.length, KEYS);
  assert.equal(new Set(stored.map((message) => message.client_id)).size, KEYS);
  assert.equal(answers.length, APPENDS);
  const created = new Map<number, number>();
  for (const { key, answer } of answers) {
    assert.ok(answer.status === 200 || answer.status === 201, answer.text);
    if (answer.status === 201) created.set(key, (created.get(key) ?? 0) + 1);
    const message: Stored = answer.body.messages[0];
    assert.equal(message.content, `key ${key}`);
    assert.deepEqual(message, stored[message.seq - 1]);
    assert.ok(answer.body.conversation.last_seq >= message.seq);
  }
  // Key 0 was written before the crowd; each other was created by exactly one answer.
  assert.equal(created.has(0), false);
  assert.deepEqual([...new Set(created.values())], [1]);
  assert.equal(created.size, KEYS - 1);
  assert.ok(snapshots.length > 1);
  for (const snapshot of snapshots) {
    assert.deepEqual(snapshot, stored.slice(0, snapshot.length));
  }
});

Deno.test("concurrent appends that create one conversation all land in it", async () => {
  const name = fresh("birth");
  const answers = await Promise.all(
    Array.from(
      { length: 16 },
      (_, n) => append(owner, name, [`${n}`], { title: `${n}` }),
    ),
  );
  assert.deepEqual(
    new Set(answers.map(({ status }) => status)),
    new Set([201]),
  );
  const ids = new Set(answers.map(({ body }) => body.conversation.id));
  assert.equal(ids.size, 1);
  const stored = await readAll(name);
  assertWithoutGap(stored);
  assert.equal(new Set(stored.map(({ content }) => content)).size, 16);
  const first = answers.find(({ body }) => body.messages[0].seq === 1);
  assert.equal(
    (await history(owner, name)).body.conversation.title,
    first?.body.messages[0].content,
  );
});

Deno.test("of concurrent appends that expect a new conversation, one succeeds", async () => {
  const name = fresh("birth");
  const answers = await Promise.all(
    Array.from(
      { length: 8 },
      (_, n) => append(owner, name, [`${n}`], { expected_seq: 0 }),
    ),
  );
  assert.deepEqual(
    answers.map(({ status }) => status).sort(),
    [201, ...Array(7).fill(409)],
  );
  assert.equal((await readAll(name)).length, 1);
});

Deno.test("concurrent batches never interleave", async () => {
  const name = fresh("batches");
  const LENGTH = 25;
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, batch) =>
      append(
        owner,
        name,
        Array.from({ length: LENGTH }, (_, index) => `${batch}/${index}`),
      )),
  );
  for (const { status } of answers) assert.equal(status, 201);
  const stored = await readAll(name);
  assertWithoutGap(stored);
  assert.equal(stored.length, 12 * LENGTH);
  for (let start = 0; start < stored.length; start += LENGTH) {
    const [batch] = stored[start]!.content.split("/");
    assert.deepEqual(
      stored.slice(start, start + LENGTH).map(({ content }) => content),
      Array.from({ length: LENGTH }, (_, index) => `${batch}/${index}`),
    );
  }
});
