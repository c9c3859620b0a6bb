/** Threads of assistant-ui: what a runtime has, another one that loads the thread has too, with every branch. */
import assert from "node:assert/strict";
import type { ThreadMessage } from "@assistant-ui/react";
import { threadHistory } from "../../client/src/adapters/assistant-ui/index.ts";
import { newClient } from "../client/clients.ts";
import { fresh } from "../support/http.ts";
import {
  contentOf,
  modelOf,
  opened,
  say,
  textsOf,
  type Thread,
} from "./assistant_ui_runtime.ts";

const { client } = await newClient("reader");

const historyOf = (id: string) => threadHistory(client, id);

async function assertLoadsAs(id: string, thread: Thread): Promise<void> {
  assert.deepEqual(contentOf(await opened(historyOf(id))), contentOf(thread));
}

Deno.test("a thread that does not exist yet is empty, and its first message makes it", async () => {
  const id = fresh("thread");
  const thread = await opened(historyOf(id));
  assert.deepEqual(thread.messages, []);
  await say(thread, "One");
  await say(thread, "Two");
  assert.deepEqual(textsOf(thread.messages), [
    "One",
    "This is answer 1.",
    "Two",
    "This is answer 2.",
  ]);
  await assertLoadsAs(id, thread);
});

Deno.test("dates, status, metadata and attachments load as they were", async () => {
  const history = historyOf(fresh("thread"));
  const createdAt = new Date("2026-01-02T03:04:05.678Z");
  const question: ThreadMessage = {
    id: "u1",
    role: "user",
    createdAt,
    content: [{ type: "text", text: "Look\u0000\ud800" }],
    attachments: [{
      id: "x",
      type: "document",
      name: "a.txt",
      contentType: "text/plain",
      status: { type: "complete" },
      content: [{ type: "text", text: "hello" }],
    }],
    metadata: { custom: { large: "x".repeat(100_000) } },
  };
  const answer: ThreadMessage = {
    id: "a1",
    role: "assistant",
    createdAt,
    status: { type: "incomplete", reason: "cancelled" },
    content: [
      { type: "reasoning", text: "Hm" },
      {
        type: "tool-call",
        toolCallId: "1",
        toolName: "delegate",
        args: { n: 1 },
        argsText: '{"n": 1}',
        result: null,
        messages: [{ ...question, id: "n1" }],
      },
    ],
    metadata: {
      unstable_state: { a: [1] },
      unstable_annotations: [],
      unstable_data: [1],
      steps: [],
      custom: {},
    },
  };
  const empty: ThreadMessage = { ...answer, id: "a2", content: [] };
  await history.append({
    parentId: null,
    message: question,
    runConfig: { custom: { temperature: 0.5 } },
  });
  await history.append({ parentId: "u1", message: answer });
  await history.append({ parentId: "u1", message: empty });
  assert.deepEqual(await history.load(), {
    headId: "a2",
    messages: [
      {
        parentId: null,
        message: question,
        runConfig: { custom: { temperature: 0.5 } },
      },
      { parentId: "u1", message: answer },
      { parentId: "u1", message: empty },
    ],
  });
});

Deno.test("edits and regenerations are branches, and the one that is shown is shown again", async () => {
  const id = fresh("thread");
  const thread = await opened(historyOf(id));
  await say(thread, "One");
  const [first, answer] = thread.messages;
  await say(thread, "Two");
  await thread.startRun({
    parentId: first!.id,
    sourceId: answer!.id,
    runConfig: {},
  });
  assert.deepEqual(textsOf(thread.messages), ["One", "This is answer 3."]);
  await assertLoadsAs(id, thread);

  await say(thread, "Uno", null);
  await assertLoadsAs(id, thread);
  assert.equal(thread.getBranches(thread.messages[0]!.id).length, 2);

  // Back on the first branch, which has left the live line.
  thread.switchToBranch(answer!.id);
  await say(thread, "Three");
  assert.deepEqual(textsOf(thread.messages), [
    "One",
    "This is answer 1.",
    "Two",
    "This is answer 2.",
    "Three",
    "This is answer 5.",
  ]);
  await assertLoadsAs(id, thread);
});

Deno.test("a tool's result is stored in its place, though other messages follow, and on another branch too", async () => {
  const id = fresh("thread");
  const model = modelOf((index) =>
    index === 0
      ? [{
        type: "tool-call",
        toolCallId: "1",
        toolName: "ask",
        args: {},
        argsText: "{}",
      }]
      : [{ type: "text", text: "Well." }]
  );
  const updated = Promise.withResolvers<void>();
  const inner = historyOf(id);
  const thread = await opened({
    ...inner,
    async update(item) {
      await inner.update!(item);
      if (item.message.status?.type === "complete") updated.resolve();
    },
  }, model);
  await say(thread, "Ask me");
  const asking = thread.messages[1]!;
  assert.equal(asking.status?.type, "requires-action");
  await assertLoadsAs(id, thread);
  thread.addToolResult({
    messageId: asking.id,
    toolName: "ask",
    toolCallId: "1",
    result: "yes",
    isError: false,
  });
  await updated.promise;
  await assertLoadsAs(id, thread);

  const history = historyOf(id);
  const { messages } = await history.load();
  const other = await opened(historyOf(id));
  await say(other, "Something else", null);
  const rated = messages.map(({ parentId, message }) => ({
    parentId,
    message: {
      ...message,
      metadata: { ...message.metadata, custom: { rating: 1 } },
    } as ThreadMessage,
  }));
  for (const item of rated) await history.update!(item);
  const loaded = await historyOf(id).load();
  assert.equal(loaded.headId, other.messages.at(-1)?.id);
  assert.deepEqual(loaded.messages.slice(0, rated.length), rated);
  assert.equal(loaded.messages.length, rated.length + 2);
});

Deno.test("an update of a message that was never stored stores it, and the same message again stores nothing", async () => {
  const id = fresh("thread");
  const thread = await opened(historyOf(id));
  await say(thread, "One");
  const again = historyOf(id);
  const { messages } = await again.load();
  const [item] = messages;
  const { message } = item!;
  await historyOf(id).update!(item!);
  await again.append(item!);
  await again.update!({
    parentId: messages[1]!.message.id,
    message: { ...message, id: "new" },
  });
  const { conversation } = await client.conversation(id).get();
  assert.equal(conversation?.last_seq, 3);
  assert.deepEqual(
    (await again.load()).messages.map(({ message }) => message.id),
    [...thread.messages.map(({ id }) => id), "new"],
  );
});

Deno.test("two tabs that write at once lose nothing: they are branches", async () => {
  const id = fresh("thread");
  const first = await opened(historyOf(id));
  await say(first, "One");
  const tabs = await Promise.all(
    [1, 2, 3, 4].map(() => opened(historyOf(id))),
  );
  await Promise.all(tabs.map((tab, n) => say(tab, `Two of ${n}`)));
  await Promise.all(tabs.map((tab, n) => say(tab, `Three of ${n}`)));
  const loaded = await opened(historyOf(id));
  const second = loaded.getBranches(loaded.messages[2]!.id);
  assert.equal(second.length, tabs.length);
  for (const [n, tab] of tabs.entries()) {
    loaded.switchToBranch(tab.messages[2]!.id);
    assert.deepEqual(
      JSON.parse(JSON.stringify(loaded.messages)),
      JSON.parse(JSON.stringify(tab.messages)),
    );
    assert.equal(textsOf(loaded.messages)[4], `Three of ${n}`);
  }
});

Deno.test("a deleted message is gone for good, and what followed it follows its parent", async () => {
  const id = fresh("thread");
  const thread = await opened(historyOf(id));
  await say(thread, "One");
  await say(thread, "A secret");
  await say(thread, "Three");
  const history = historyOf(id);
  const { messages } = await history.load();
  const item = messages[2]!;
  await history.update!({
    ...item,
    message: {
      ...item.message,
      content: [{ type: "text", text: "Still a secret" }],
    } as ThreadMessage,
  });
  await thread.deleteMessage(item.message.id);
  await history.delete!([item]);
  await assertLoadsAs(id, thread);
  const log = await client.conversation(id).messages({ view: "log" }).all();
  assert.doesNotMatch(JSON.stringify(log), /secret/);
  await say(thread, "Four");
  await assertLoadsAs(id, thread);
});

Deno.test("what other clients have stored is read by its text", async () => {
  const id = fresh("thread");
  await client.conversation(id).append([
    { role: "developer", content: "Be brief." },
    { role: "user", content: "Hello" },
    {
      role: "assistant",
      parts: [{ type: "text", text: "Hi" }, { type: "tool_use", id: "1" }],
    },
    { role: "tool", content: "42" },
  ]);
  const thread = await opened(historyOf(id));
  assert.deepEqual(
    thread.messages.map(({ role }) => role),
    ["system", "user", "assistant"],
  );
  assert.deepEqual(textsOf(thread.messages), ["Be brief.", "Hello", "Hi"]);
  await say(thread, "Go on");
  await assertLoadsAs(id, thread);
  assert.equal((await client.conversation(id).messages().all()).length, 6);
});

Deno.test("search and context see the text of a thread", async () => {
  const id = fresh("thread");
  const word = `zyx${crypto.randomUUID().slice(0, 8)}`;
  await say(await opened(historyOf(id)), `Where is ${word}?`);
  assert.equal((await client.search(word).all()).length, 1);
  const { messages } = await client.conversation(id).context({
    maxTokens: 1000,
  });
  assert.equal(messages.length, 2);
});
