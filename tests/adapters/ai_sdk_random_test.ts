/** Whatever is saved, by whichever window of the chat, is what is loaded. */
import assert from "node:assert/strict";
import type { UIMessage } from "ai";
import {
  loadMessages,
  openChat,
} from "../../client/src/adapters/ai-sdk/index.ts";
import { newClient } from "../client/clients.ts";
import { type Random, seeded } from "../lineage/random.ts";
import { fresh } from "../support/http.ts";

const { client } = await newClient("saver");

const STEPS = 60;

/** Few ids and few texts, so that messages come back as they were before. */
function randomMessage(random: Random): UIMessage {
  const id = random(8);
  return {
    id: `m${id}`,
    role: id % 2 ? "assistant" : "user",
    parts: [{ type: "text", text: `text ${random(3)}` }],
    ...random(4) === 0 && { metadata: random(2) },
  };
}

/** The messages after some have been deleted, changed, moved or added. */
function changed(random: Random, before: readonly UIMessage[]): UIMessage[] {
  const messages = [...before];
  for (let count = random(3); count >= 0; count--) {
    const at = random(messages.length + 1);
    if (random(3) === 0) messages.splice(at, 1 + random(2));
    const message = randomMessage(random);
    const known = messages.findIndex(({ id }) => id === message.id);
    if (known !== -1 && random(2) === 0) messages[known] = message;
    else if (known === -1) messages.splice(at, 0, message);
  }
  return messages;
}

for (const seed of [1, 2, 3, 4]) {
  Deno.test(`random saves load as they were saved (seed ${seed})`, async () => {
    const random = seeded(seed);
    const id = fresh("chat");
    let messages: UIMessage[] = [];
    for (let step = 0; step < STEPS; step++) {
      const last = random(3) === 0 ? undefined : 1 + random(6);
      const chat = await openChat(client, id, { last });
      const window = chat.messages;
      assert.deepEqual(window, messages.slice(messages.length - window.length));
      const older = messages.slice(0, messages.length - window.length);
      // The first message of the window stays, since what is before it is not meant by what is saved.
      const saved = older.length > 0
        ? [window[0]!, ...changed(random, window.slice(1))]
        : changed(random, window);
      const olderIds = older.map(({ id }) => id);
      const isValid = saved.every((message, index) =>
        !olderIds.includes(message.id) &&
        saved.findIndex(({ id }) => id === message.id) === index
      );
      // A chat that begins with a later message than it did keeps what was before.
      const first = window.findIndex((message) => message.id === saved[0]?.id);
      if (!isValid || first > 0) continue;
      await chat.save(saved);
      messages = [...older, ...saved];
      assert.deepEqual((await loadMessages(client, id)).messages, messages);
    }
    assert.ok((await loadMessages(client, id)).lastSeq > STEPS / 2);
  });
}
