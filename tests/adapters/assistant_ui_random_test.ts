/** Whatever several pages do to a thread, all of it loads, with each message after the one that it follows. */
import assert from "node:assert/strict";
import type {
  ExportedMessageRepositoryItem,
  ThreadMessage,
} from "@assistant-ui/react";
import { threadHistory } from "../../client/src/adapters/assistant-ui/index.ts";
import { newClient } from "../client/clients.ts";
import { type Random, seeded } from "../lineage/random.ts";
import { fresh } from "../support/http.ts";

const { client } = await newClient("writer");

const STEPS = 50;
const PAGES = 3;

/** A thread as it must load. */
class Model {
  readonly items = new Map<string, ExportedMessageRepositoryItem>();
  /** What was appended last; if that is deleted, what it followed. */
  head: string | null = null;

  delete(id: string): void {
    const { parentId } = this.items.get(id)!;
    this.items.delete(id);
    if (this.head === id) this.head = parentId;
    for (const [other, item] of this.items) {
      if (item.parentId === id) this.items.set(other, { ...item, parentId });
    }
  }
}

function userMessage(id: string, text: string): ThreadMessage {
  return {
    id,
    role: "user",
    createdAt: new Date(Date.UTC(2026, 0, 1)),
    content: [{ type: "text", text }],
    attachments: [],
    metadata: { custom: {} },
  };
}

function oneOf(random: Random, ids: Iterable<string>): string | undefined {
  const all = [...ids];
  return all[random(all.length || 1)];
}

for (const seed of [1, 2, 3]) {
  Deno.test(`random writes of several pages load as they were made (seed ${seed})`, async () => {
    const random = seeded(seed);
    const thread = fresh("thread");
    const pages = Array.from(
      { length: PAGES },
      () => threadHistory(client, thread),
    );
    const model = new Model();
    for (let step = 0; step < STEPS; step++) {
      const page = pages[random(PAGES)]!;
      const id = oneOf(random, model.items.keys());
      const kind = random(10);
      if (id === undefined || kind < 6) {
        const parentId = random(3) === 0 && id ? id : model.head;
        const item = { parentId, message: userMessage(`m${step}`, "new") };
        await page.append(item);
        model.items.set(item.message.id, item);
        model.head = item.message.id;
      } else if (kind < 9) {
        // Few texts, so that a message comes back to what it was before.
        const item = {
          ...model.items.get(id)!,
          message: userMessage(id, `text ${random(2)}`),
        };
        await page.update!(item);
        model.items.set(id, item);
      } else {
        await page.delete!([model.items.get(id)!]);
        model.delete(id);
      }
    }
    const { headId, messages } = await threadHistory(client, thread).load();
    const byId = (a: ExportedMessageRepositoryItem, b: typeof a) =>
      a.message.id < b.message.id ? -1 : 1;
    assert.deepEqual(
      messages.toSorted(byId),
      [...model.items.values()].sort(byId),
    );
    assert.equal(headId, model.head);
    const seen = new Set<string | null>([null]);
    for (const { parentId, message } of messages) {
      assert.ok(seen.has(parentId), "A parent comes before what follows it.");
      seen.add(message.id);
    }
  });
}
