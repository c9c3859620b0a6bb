/** assistant-ui's runtime for the AI SDK, which has a storage format of its own. */
import assert from "node:assert/strict";
import type { MessageFormatAdapter } from "@assistant-ui/react";
import {
  AssistantChatTransport,
  useChatRuntime,
} from "@assistant-ui/react-ai-sdk";
import {
  convertToModelMessages,
  createUIMessageStreamResponse,
  streamText,
  toUIMessageStream,
} from "ai";
import {
  loadMessages,
  openChat,
} from "../../client/src/adapters/ai-sdk/index.ts";
import {
  threadHistory,
  threadList,
} from "../../client/src/adapters/assistant-ui/index.ts";
import { newClient } from "../client/clients.ts";
import { fresh } from "../support/http.ts";
import { counting } from "./ai_sdk_model.ts";
import { page } from "./assistant_ui_page.ts";
import { textsOf } from "./assistant_ui_runtime.ts";

const { client } = await newClient("user");

/** A route that answers and stores nothing. */
function answering() {
  const model = counting();
  const ending = new AbortController();
  const { addr, finished } = Deno.serve(
    { port: 0, hostname: "127.0.0.1", signal: ending.signal, onListen() {} },
    async (request) => {
      const { messages } = await request.json();
      const { stream } = streamText({
        model,
        messages: await convertToModelMessages(messages),
      });
      return createUIMessageStreamResponse({
        stream: toUIMessageStream({ stream, originalMessages: messages }),
      });
    },
  );
  return {
    url: `http://127.0.0.1:${addr.port}/`,
    close() {
      ending.abort();
      return finished;
    },
  };
}

Deno.test("a thread of the AI SDK runtime loads on another page, and by /ai-sdk", async () => {
  const server = answering();
  const useThread = () =>
    useChatRuntime({
      transport: new AssistantChatTransport({ api: server.url }),
    });
  const stored = async () => {
    const [thread] = await client.list().all();
    return thread ? (await loadMessages(client, thread.id)).messages : [];
  };
  const first = await page(client, useThread);
  first.runtime.thread.append("One");
  await first.until(async () => (await stored()).length === 2);
  first.runtime.thread.append("Two");
  await first.until(async () => (await stored()).length === 4);
  const shown = textsOf(first.runtime.thread.getState().messages);
  assert.deepEqual(shown, [
    "One",
    "This is answer 1.",
    "Two",
    "This is answer 2.",
  ]);
  first.close();

  const [thread] = await client.list().all();
  const second = await page(client, useThread);
  await second.until(() =>
    second.runtime.threads.getState().threadIds.length === 1
  );
  await second.runtime.threads.switchToThread(thread!.id);
  const texts = () => textsOf(second.runtime.thread.getState().messages);
  await second.until(() => texts().length === 4);
  assert.deepEqual(texts(), shown);
  const chat = await openChat(client, thread!.id);
  assert.deepEqual(
    chat.messages.map(({ role, parts }) => [
      role,
      parts.map((part) => part.type === "text" ? part.text : "").join(""),
    ]),
    shown.map((text, n) => [n % 2 ? "assistant" : "user", text]),
  );
  second.close();
  await server.close();
});

interface Note {
  key: string;
  lines: string[];
}

const notes: MessageFormatAdapter<Note, Record<string, unknown>> = {
  format: "notes/v1",
  encode: ({ message: { key: _, ...content } }) => content,
  decode: ({ id, parent_id, content }) => ({
    parentId: parent_id,
    message: { key: id, lines: content.lines as string[] },
  }),
  getId: ({ key }) => key,
};

Deno.test("any format is kept, with its branches, apart from others of the same conversation", async () => {
  const id = fresh("thread");
  await client.conversation(id).append([{ role: "user", content: "Hello" }]);
  const history = threadHistory(client, id).withFormat(notes);
  const items = [
    { parentId: null, message: { key: "a", lines: ["1", "\u0000"] } },
    { parentId: "a", message: { key: "b", lines: ["2"] } },
    { parentId: "a", message: { key: "c", lines: [] } },
  ];
  for (const item of items) await history.append(item);
  const changed = { parentId: "a", message: { key: "b", lines: ["two"] } };
  await history.update!(changed, "b");
  const again = threadHistory(client, id).withFormat(notes);
  assert.deepEqual(await again.load(), {
    headId: "c",
    messages: [items[0], changed, items[2]],
  });
  await again.delete!([items[0]!]);
  assert.deepEqual(
    (await again.load()).messages.map(({ parentId }) => parentId),
    [null, null],
  );
});

Deno.test("a pinned history goes on with the thread that it was pinned to", async () => {
  const threads = threadList(client);
  const ids = [
    (await threads.initialize("a")).remoteId,
    (await threads.initialize("b")).remoteId,
  ] as const;
  let shown: string = ids[0];
  const history = threadHistory(client, () => {
    const remoteId = shown;
    return {
      getState: () => ({ remoteId }),
      initialize: () => Promise.resolve({ remoteId }),
    };
  }).withFormat(notes);
  history.pin!();
  shown = ids[1];
  await history.append({ parentId: null, message: { key: "a", lines: [] } });
  assert.equal((await client.conversation(ids[0]).messages().all()).length, 1);
  assert.equal((await client.conversation(ids[1]).messages().all()).length, 0);
});
