/** Over a network that loses requests and answers, chats and threads hold what was written, once and in order. */
import assert from "node:assert/strict";
import type { ThreadMessage } from "@assistant-ui/react";
import type { UIMessage } from "ai";
import {
  loadMessages,
  openChat,
} from "../../client/src/adapters/ai-sdk/index.ts";
import { threadHistory } from "../../client/src/adapters/assistant-ui/index.ts";
import { clientOf, newClient } from "../client/clients.ts";
import { randomFaults } from "../client/random_faults.ts";
import { unreliableNetwork } from "../client/unreliable_network.ts";
import { seeded } from "../lineage/random.ts";
import { fresh } from "../support/http.ts";

const { user, client: reliable } = await newClient("traveller");

const TURNS = 8;

/** A client whose requests meet something about every third time. */
async function unreliable(seed: number) {
  const network = await unreliableNetwork(randomFaults(seeded(seed)));
  // Under faults, a call may need more than the usual tries.
  const client = clientOf(user, { timeoutMs: 3000, retries: 12 }, network.at);
  return {
    client,
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}

const said = (id: string, text = id): UIMessage => ({
  id,
  role: id.startsWith("a") ? "assistant" : "user",
  parts: [{ type: "text", text }],
});

Deno.test("turns, growing answers and regenerations of a chat", async () => {
  await using network = await unreliable(7);
  const id = fresh("chat");
  const messages: UIMessage[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    messages.push(said(`u${turn}`));
    const chat = await openChat(network.client, id);
    await chat.receive({ messages, trigger: "submit-message" });
    await chat.put({ responseMessage: said(`a${turn}`, "Some") });
    await chat.put({ responseMessage: said(`a${turn}`, "Some more") });
    messages.push(said(`a${turn}`, "Some more"));
    if (turn % 3 === 1) {
      messages.pop();
      await chat.receive({ messages, trigger: "regenerate-message" });
      await chat.put({ responseMessage: said(`a${turn}b`) });
      messages.push(said(`a${turn}b`));
    }
  }
  const loaded = await loadMessages(reliable, id);
  assert.deepEqual(loaded.messages, messages);
  // Each turn is a question, an answer and its revision; and so many were regenerated.
  const regenerated = messages.filter(({ id }) => id.endsWith("b")).length;
  assert.equal(loaded.lastSeq, 3 * TURNS + regenerated);
});

Deno.test("messages, branches and updates of a thread", async () => {
  await using network = await unreliable(8);
  const id = fresh("thread");
  const history = threadHistory(network.client, id);
  const messageOf = (id: string, text: string): ThreadMessage => ({
    id,
    role: "user",
    createdAt: new Date(0),
    content: [{ type: "text", text }],
    attachments: [],
    metadata: { custom: {} },
  });
  const items = [];
  for (let turn = 0; turn < TURNS; turn++) {
    // Two branches that grow in turns, so that each message switches to the other.
    const parentId = turn < 2 ? null : `m${turn - 2}`;
    const item = { parentId, message: messageOf(`m${turn}`, "new") };
    await history.append(item);
    items.push({ parentId, message: messageOf(`m${turn}`, "changed") });
  }
  for (const item of items) await history.update!(item);
  const loaded = await threadHistory(reliable, id).load();
  assert.deepEqual(loaded.messages, items);
  assert.equal(loaded.headId, items.at(-1)!.message.id);
  const { conversation } = await reliable.conversation(id).get();
  assert.equal(conversation?.last_seq, 2 * TURNS);
});
