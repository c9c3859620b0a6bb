/** What a stored chat keeps, and what it refuses. */
import assert from "node:assert/strict";
import { type UIMessage, validateUIMessages } from "ai";
import {
  loadMessages,
  openChat,
} from "../../client/src/adapters/ai-sdk/index.ts";
import { newClient } from "../client/clients.ts";
import { fresh } from "../support/http.ts";
import { modelOf, saying } from "./ai_sdk_model.ts";
import { asJson, screenOf, serveChats } from "./ai_sdk_server.ts";

const { client } = await newClient("keeper");

const said = (id: string, text = id): UIMessage => ({
  id,
  role: id.startsWith("a") ? "assistant" : "user",
  parts: [{ type: "text", text }],
});
const ids = (messages: UIMessage[]) => messages.map(({ id }) => id);

/** A chat that has these messages. */
async function chatOf(...messages: UIMessage[]) {
  const id = fresh("chat");
  const chat = await openChat(client, id);
  await chat.save(messages);
  return { id, chat };
}

async function loaded(id: string): Promise<UIMessage[]> {
  return (await loadMessages(client, id)).messages;
}

const STALE = { code: "seq_conflict", status: 409, detail: /Load it again/ };

const rejectsAsStale = (promise: Promise<unknown>) =>
  assert.rejects(promise, (error: Record<string, unknown>) => {
    assert.equal(error.code, STALE.code);
    assert.equal(error.status, STALE.status);
    assert.match(String(error.detail), STALE.detail);
    return true;
  });

/** A message with every kind of part, in every state of a tool. */
const EVERYTHING: UIMessage[] = [
  {
    id: "u1",
    role: "user",
    metadata: { at: 1.5, tags: ["a", null], nested: { deep: true } },
    parts: [
      { type: "text", text: "Look\u0000 at \ud800 this \u001a" },
      {
        type: "file",
        mediaType: "text/plain",
        filename: "a.txt",
        url: "data:text/plain;base64,aGVsbG8=",
      },
      { type: "data-weather", id: "w", data: { celsius: 3, "\u0000": "x" } },
    ],
  },
  {
    id: "a1",
    role: "assistant",
    metadata: "not an object",
    parts: [
      { type: "step-start" },
      {
        type: "reasoning",
        text: "Hm",
        state: "done",
        providerMetadata: { p: { signature: "abc" } },
      },
      { type: "source-url", sourceId: "s", url: "https://example.com" },
      {
        type: "source-document",
        sourceId: "d",
        mediaType: "text/plain",
        title: "A document",
      },
      { type: "custom", kind: "provider.thing" },
      {
        type: "tool-add",
        toolCallId: "1",
        state: "output-available",
        input: { a: 1 },
        output: { sum: 12345678901234567000 },
      },
      {
        type: "tool-add",
        toolCallId: "2",
        state: "output-error",
        input: { a: 1 },
        errorText: "no",
      },
      {
        type: "dynamic-tool",
        toolName: "x",
        toolCallId: "3",
        state: "input-available",
        input: [],
      },
      { type: "text", text: "", state: "done" },
    ],
  },
  { id: "a2", role: "assistant", parts: [] },
];

Deno.test("messages load as they were saved, and are valid for the AI SDK", async () => {
  const { id } = await chatOf(...EVERYTHING);
  const messages = await loaded(id);
  assert.deepEqual(messages, EVERYTHING);
  assert.deepEqual(
    asJson(await validateUIMessages({ messages })),
    asJson(EVERYTHING),
  );
});

Deno.test("saving the same messages again stores nothing", async () => {
  const { id, chat } = await chatOf(...EVERYTHING);
  const { lastSeq } = chat;
  await (await openChat(client, id)).save(EVERYTHING);
  assert.equal((await loadMessages(client, id)).lastSeq, lastSeq);
  assert.equal(lastSeq, EVERYTHING.length);
});

Deno.test("message ids are the conversation's client_ids, and search finds the text", async () => {
  const word = `zyx${crypto.randomUUID().slice(0, 8)}`;
  const { id } = await chatOf(said("u1", `Where is ${word}?`));
  const [row] = await client.conversation(id).messages().all();
  assert.equal(row?.client_id, "u1");
  assert.equal((await client.search(word).all()).length, 1);
});

Deno.test("what plain clients have appended is shown as text", async () => {
  const id = fresh("chat");
  await client.conversation(id).append([
    { role: "developer", content: "Be brief." },
    { role: "user", content: "Hello", client_id: "u1" },
    { role: "tool", content: "42" },
  ]);
  const messages = await loaded(id);
  assert.deepEqual(messages.map(({ role, parts }) => ({ role, parts })), [
    { role: "system", parts: [{ type: "text", text: "Be brief." }] },
    { role: "user", parts: [{ type: "text", text: "Hello" }] },
  ]);
  const chat = await openChat(client, id);
  await chat.receive({ messages: [...messages, said("u2")] });
  assert.equal((await client.conversation(id).messages().all()).length, 4);
});

Deno.test("a message that is deleted, restored, and changed back reads as it was saved last", async () => {
  const { id, chat } = await chatOf(said("u1"), said("a1"), said("u2"));
  for (
    const messages of [
      [said("u1"), said("u2")],
      [said("u1"), said("a1"), said("u2")],
      [said("u1"), said("a1", "changed"), said("u2")],
      [said("u1"), said("a1"), said("u2")],
      [said("u1"), said("a1", "changed"), said("u2")],
      [said("u1"), said("a1", "otherwise"), said("u2")],
      [said("u1")],
      [],
    ]
  ) {
    await chat.save(messages);
    assert.deepEqual(chat.messages, messages.length ? messages : []);
    assert.deepEqual(await loaded(id), messages);
  }
});

Deno.test("more messages than one append takes are saved in order", async () => {
  const messages = Array.from({ length: 230 }, (_, n) => said(`u${n}`));
  messages[120] = said("u120", "x".repeat(900_000));
  messages[121] = said("u121", "y".repeat(3_000_000));
  const { id } = await chatOf(...messages);
  assert.deepEqual(await loaded(id), messages);
});

Deno.test("a long chat is loaded page by page, and answered by its end", async () => {
  const messages = Array.from(
    { length: 60 },
    (_, n) => said(`${n % 2 ? "a" : "u"}${n}`),
  );
  const { id } = await chatOf(...messages);
  const pages = [];
  let before: number | undefined;
  do {
    const page = await loadMessages(client, id, { last: 25, before });
    pages.unshift(page.messages);
    before = page.earlier ?? undefined;
  } while (before !== undefined);
  assert.deepEqual(pages.map(({ length }) => length), [10, 25, 25]);
  assert.deepEqual(pages.flat(), messages);

  const chat = await openChat(client, id, { last: 5 });
  assert.deepEqual(ids(chat.messages), ["a55", "u56", "a57", "u58", "a59"]);
  await chat.receive({ messages: [...messages, said("u60")] });
  await chat.put({ responseMessage: said("a61") });
  assert.equal((await loaded(id)).length, 62);

  const edited = [...messages.slice(0, 10), said("u10", "edited")];
  const other = await openChat(client, id, { last: 5 });
  await other.receive({
    messages: edited,
    trigger: "submit-message",
    messageId: "u10",
  });
  assert.deepEqual(await loaded(id), edited);
});

Deno.test("of two tabs that write at once, one is told to load again, and nothing of it is stored", async () => {
  const { id } = await chatOf(said("u1"), said("a1"));
  const shown = await loaded(id);
  const tabs = [await openChat(client, id), await openChat(client, id)];
  const results = await Promise.allSettled(
    tabs.map((chat, n) =>
      chat.receive({ messages: [...shown, said(`u2-${n}`)] })
    ),
  );
  const stored = results.findIndex(({ status }) => status === "fulfilled");
  const failed = results[1 - stored]!;
  assert.ok(failed.status === "rejected");
  await rejectsAsStale(Promise.reject(failed.reason));
  assert.deepEqual(ids(await loaded(id)), ["u1", "a1", `u2-${stored}`]);
});

for (const sends of ["all", "last"] as const) {
  Deno.test(`the route tells a stale tab so, which sends ${sends}`, async () => {
    const server = serveChats(client, modelOf(() => saying("Yes.")));
    const id = fresh("chat");
    const old = screenOf(server, { id, sends });
    const other = screenOf(server, { id, sends });
    await old.sendMessage({ text: "One" });
    other.messages = await loaded(id);
    await other.sendMessage({ text: "Two" });
    await old.sendMessage({ text: "Too late" });
    assert.equal(old.status, "error");
    assert.match(old.error!.message, /Load it again/);
    assert.deepEqual(await loaded(id), asJson(other.messages));

    old.messages = await loaded(id);
    old.clearError();
    await old.sendMessage({ text: "Now" });
    assert.deepEqual(await loaded(id), asJson(old.messages));
    assert.equal(old.messages.length, 6);
    await server.close();
  });
}

Deno.test("a tab that does not know of a tool's output cannot take it back", async () => {
  const withTool = (state: "input-available" | "output-available") =>
    ({
      id: "a1",
      role: "assistant",
      parts: [{
        type: "tool-add",
        toolCallId: "1",
        state,
        input: {},
        ...state === "output-available" && { output: 3 },
      }],
    }) as UIMessage;
  const { id, chat } = await chatOf(said("u1"), withTool("input-available"));
  const shown = await loaded(id);
  await chat.put({ responseMessage: withTool("output-available") });
  const tab = await openChat(client, id);
  await rejectsAsStale(tab.receive({ messages: [...shown, said("u2")] }));
  assert.deepEqual(await loaded(id), [
    said("u1"),
    withTool("output-available"),
  ]);
});

Deno.test("an answer is stored although an earlier message was changed meanwhile", async () => {
  const { id, chat } = await chatOf(said("u1"), said("a1"), said("u2"));
  const other = await openChat(client, id);
  await other.put({ responseMessage: said("a1", "rated") });
  await chat.put({ responseMessage: said("a2") });
  assert.deepEqual(await loaded(id), [
    said("u1"),
    said("a1", "rated"),
    said("u2"),
    said("a2"),
  ]);
});

Deno.test("an answer whose question is gone is not stored, and can be kept all the same", async () => {
  const { id, chat } = await chatOf(said("u1"));
  await (await openChat(client, id)).save([said("u2")]);
  await rejectsAsStale(chat.put({ responseMessage: said("a1") }));
  assert.deepEqual(await loaded(id), [said("u2")]);
  await chat.reload();
  await chat.put({ responseMessage: said("a1") });
  assert.deepEqual(await loaded(id), [said("u2"), said("a1")]);
});

Deno.test("a switch to another branch is noticed", async () => {
  const { id, chat } = await chatOf(said("u1"), said("a1"));
  const conversation = client.conversation(id);
  await conversation.rewind(1);
  await conversation.update({ headPosition: 2 });
  await chat.reload();
  await conversation.rewind(1);
  await rejectsAsStale(chat.put({ responseMessage: said("a2") }));
});

for (const shownText of ["", "Once"]) {
  Deno.test(`a stopped answer of which the screen has ${shownText ? "less than was stored" : "nothing"} reads as on the screen`, async () => {
    const { id, chat } = await chatOf(said("u1"));
    await chat.put({
      responseMessage: said("a1", "Once upon"),
      isAborted: true,
    });
    const messages = [
      said("u1"),
      ...shownText ? [said("a1", shownText)] : [],
      said("u2"),
    ];
    await (await openChat(client, id)).receive({
      messages,
      trigger: "submit-message",
    });
    assert.deepEqual(await loaded(id), messages);
  });
}

Deno.test("a whole answer of which a screen has lost the rest is not shortened", async () => {
  const { chat } = await chatOf(said("u1"));
  await chat.put({ responseMessage: said("a1", "Once upon a time") });
  await rejectsAsStale(chat.receive({
    messages: [said("u1"), said("a1", "Once"), said("u2")],
    trigger: "submit-message",
  }));
});

Deno.test("an answer that fails on its way reads as on the screen", async () => {
  const server = serveChats(
    client,
    modelOf(() =>
      new ReadableStream({
        start(controller) {
          controller.enqueue({ type: "stream-start", warnings: [] });
          controller.enqueue({ type: "text-start", id: "t" });
          controller.enqueue({ type: "text-delta", id: "t", delta: "Half" });
          controller.enqueue({ type: "error", error: new Error("overloaded") });
          controller.close();
        },
      })
    ),
  );
  const id = fresh("chat");
  const screen = screenOf(server, { id });
  await screen.sendMessage({ text: "One" });
  assert.equal(screen.status, "error");
  await server.settled();
  assert.deepEqual(await loaded(id), asJson(screen.messages));
  await server.close();
});

Deno.test("an approval of an earlier message is answered in its place", async () => {
  const { id } = await chatOf(said("u1"), said("a1"), said("u2"), said("a2"));
  const chat = await openChat(client, id);
  const messages = [said("u1"), said("a1", "approved"), said("u2"), said("a2")];
  await chat.receive({
    messages,
    trigger: "submit-message",
    messageId: "a1",
  });
  assert.deepEqual(ids(chat.originalMessages), ["u1", "a1"]);
  await chat.put({ responseMessage: said("a1", "approved and done") });
  assert.deepEqual(await loaded(id), [
    said("u1"),
    said("a1", "approved and done"),
    said("u2"),
    said("a2"),
  ]);
});

Deno.test("an answer without an id is refused with what to do", async () => {
  const { chat } = await chatOf(said("u1"));
  await assert.rejects(
    chat.put({ responseMessage: said("") }),
    /generateMessageId/,
  );
  await assert.rejects(chat.save([said("u1"), said("u1")]), TypeError);
  await assert.rejects(chat.receive({}), TypeError);
});

Deno.test("a title is given to a new chat, and ids of any length are kept", async () => {
  const id = fresh("chat");
  const long = `u${"x".repeat(400)}`;
  const chat = await openChat(client, id, { title: "Greeting" });
  await chat.receive({ messages: [said(long, "Hi")] });
  await chat.receive({ messages: [said(long, "Hi"), said("u\u0000\ud801")] });
  const { conversation } = await client.conversation(id).get();
  assert.equal(conversation?.title, "Greeting");
  assert.deepEqual(ids(await loaded(id)), [long, "u\u0000\ud801"]);
});

Deno.test("an answer that cannot be stored is an error on the screen", async () => {
  const id = fresh("chat");
  const server = serveChats(
    client,
    modelOf(() =>
      new ReadableStream({
        async start(controller) {
          await (await openChat(client, id)).save([said("u9")]);
          for (const chunk of saying("Lost.")) controller.enqueue(chunk);
          controller.close();
        },
      })
    ),
  );
  const screen = screenOf(server, { id });
  await screen.sendMessage({ text: "One" });
  assert.match(screen.error?.message ?? "", /Load it again/);
  assert.deepEqual(await loaded(id), [said("u9")]);
  await server.close();
});
