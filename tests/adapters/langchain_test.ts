/** LangChain's chat message history. */
import assert from "node:assert/strict";
import {
  AIMessage,
  type BaseMessage,
  ChatMessage,
  HumanMessage,
  RemoveMessage,
  SystemMessage,
  ToolMessage,
} from "@langchain/core/messages";
import {
  RunnableLambda,
  RunnableWithMessageHistory,
} from "@langchain/core/runnables";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { ContinuumChatMessageHistory } from "../../client/src/adapters/langchain/index.ts";
import { newClient } from "../client/clients.ts";
import { fresh } from "../support/http.ts";

const { client: continuum } = await newClient("owner");

const historyOf = (sessionId: string) =>
  new ContinuumChatMessageHistory({ continuum, sessionId });
const dicts = (messages: BaseMessage[]) =>
  messages.map((message) => message.toDict());

const EVERY_KIND = [
  new SystemMessage("You are terse."),
  new HumanMessage({ content: "Weather in Paris?", name: "ann", id: "m1" }),
  new HumanMessage({
    content: [
      { type: "text", text: "What is this?" },
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
    ],
  }),
  new AIMessage({
    content: "",
    id: "run-1",
    tool_calls: [{ id: "call_1", name: "weather", args: { city: "Paris" } }],
    usage_metadata: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
    response_metadata: { model: "made-up" },
  }),
  new ToolMessage({
    content: "18 °C",
    tool_call_id: "call_1",
    artifact: { celsius: 18.0, raw: "a\0b\ud800c\u001ad", none: NaN },
    status: "success",
  }),
  new AIMessage({ content: "18 °C\0", additional_kwargs: { note: -0 } }),
  new ChatMessage("From elsewhere", "developer"),
];

Deno.test("messages of every kind come back as they were added, in another process too", async () => {
  const id = fresh("langchain");
  await historyOf(id).addMessages(EVERY_KIND);
  const messages = await historyOf(id).getMessages();
  assert.deepEqual(dicts(messages), dicts(EVERY_KIND));
  assert.deepEqual(
    messages.map((message) => message.constructor.name),
    EVERY_KIND.map((message) => message.constructor.name),
  );
});

Deno.test("what was added one by one is a conversation that every client reads, calls with their results", async () => {
  const id = fresh("langchain");
  const history = historyOf(id);
  await history.addUserMessage("Weather in Paris?");
  await history.addMessage(EVERY_KIND[3]!);
  await history.addMessage(EVERY_KIND[4]!);
  await history.addAIMessage("Mild.");
  const conversation = continuum.conversation(id);
  const messages = await conversation.messages().all();
  assert.deepEqual(
    messages.map(({ role, content }) => [role, content]),
    [["user", "Weather in Paris?"], ["assistant", ""], ["tool", "18 °C"], [
      "assistant",
      "Mild.",
    ]],
  );
  // A context that begins with the result would be refused by providers.
  const { messages: context } = await conversation.context({
    maxTokens: messages[2]!.token_count + messages[3]!.token_count,
  });
  assert.deepEqual(context.map(({ content }) => content), ["Mild."]);
});

Deno.test("a chain goes on where another process has left it", async () => {
  const sessionId = fresh("langchain");
  const turn = async (input: string) => {
    const model = new FakeListChatModel({ responses: [`re: ${input}`] });
    const given: string[] = [];
    const chain = new RunnableWithMessageHistory({
      runnable: RunnableLambda.from((messages: BaseMessage[]) => {
        given.push(...messages.map(({ content }) => String(content)));
        return messages;
      }).pipe(model),
      getMessageHistory: historyOf,
    });
    await chain.invoke([new HumanMessage(input)], {
      configurable: { sessionId },
    });
    return given;
  };
  assert.deepEqual(await turn("one"), ["one"]);
  assert.deepEqual(await turn("two"), ["one", "re: one", "two"]);
});

Deno.test("messages of other clients are read by their text", async () => {
  const id = fresh("langchain");
  await continuum.conversation(id).append([
    { role: "user", content: "Hello" },
    { role: "assistant", parts: [{ type: "text", text: "Hi" }] },
    { role: "developer", content: "Be kind." },
  ]);
  const messages = await historyOf(id).getMessages();
  assert.deepEqual(
    messages.map((message) => [message.getType(), message.content]),
    [["human", "Hello"], ["ai", "Hi"], ["system", "Be kind."]],
  );
});

Deno.test("more messages than one request takes keep their order", async () => {
  const id = fresh("langchain");
  const texts = Array.from({ length: 250 }, (_, n) => `${n}`);
  await historyOf(id).addMessages(texts.map((text) => new HumanMessage(text)));
  const messages = await historyOf(id).getMessages();
  assert.deepEqual(messages.map(({ content }) => content), texts);
});

Deno.test("a cleared history is empty and can be added to; clearing nothing is no error", async () => {
  const history = historyOf(fresh("langchain"));
  await history.clear();
  await history.addUserMessage("one");
  await history.clear();
  assert.deepEqual(await history.getMessages(), []);
  await history.addUserMessage("two");
  assert.deepEqual(
    (await history.getMessages()).map(({ content }) => content),
    ["two"],
  );
});

Deno.test("a message that removes another is refused, and nothing of its batch is stored", async () => {
  const history = historyOf(fresh("langchain"));
  await assert.rejects(
    history.addMessages([
      new HumanMessage("x"),
      new RemoveMessage({ id: "m1" }),
    ]),
    TypeError,
  );
  assert.deepEqual(await history.getMessages(), []);
});
