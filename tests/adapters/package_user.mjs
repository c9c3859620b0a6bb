// Runs in Node and Deno, in a project that has the package and the frameworks: stores something with each adapter.
import { HumanMessage } from "@langchain/core/messages";
import { emptyCheckpoint } from "@langchain/langgraph-checkpoint";
// Not literals, since only the project in which it is installed knows the package.
const name = "supabase-continuum";
const { createContinuum } = await import(name);
const { openChat } = await import(`${name}/ai-sdk`);
const { threadHistory, threadList } = await import(`${name}/assistant-ui`);
const { ContinuumSessionStore } = await import(`${name}/claude`);
const { ContinuumChatMessageHistory } = await import(`${name}/langchain`);
const { ContinuumSaver } = await import(`${name}/langgraph`);
const { ContinuumSession } = await import(`${name}/openai-agents`);

const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, ACCESS_TOKEN, NAME } =
  process.env;
const continuum = createContinuum({
  url: SUPABASE_URL,
  key: SUPABASE_PUBLISHABLE_KEY,
  accessToken: ACCESS_TOKEN,
});

const store = new ContinuumSessionStore({ continuum });
const key = { projectKey: NAME, sessionId: "s" };
await store.append(key, [{ type: "user", uuid: "u", text: "claude\0" }]);

const history = new ContinuumChatMessageHistory({
  continuum,
  sessionId: `${NAME}-langchain`,
});
await history.addMessages([new HumanMessage("langchain")]);

const saver = new ContinuumSaver({ continuum });
const checkpoint = emptyCheckpoint();
checkpoint.channel_values.text = "langgraph";
checkpoint.channel_versions.text = 1;
await saver.put(
  { configurable: { thread_id: NAME } },
  checkpoint,
  { source: "loop", step: 0, parents: {} },
  { text: 1 },
);
const tuple = await saver.getTuple({ configurable: { thread_id: NAME } });

const session = new ContinuumSession({
  continuum,
  sessionId: `${NAME}-openai-agents`,
});
await session.addItems([{ role: "user", content: "openai-agents" }]);

const chat = await openChat(continuum, `${NAME}-ai-sdk`);
await chat.receive({
  messages: [{ id: "u", role: "user", parts: [{ type: "text", text: "ai" }] }],
});
await chat.reload();

const { remoteId } = await threadList(continuum).initialize("local");
const message = {
  id: "u",
  role: "user",
  createdAt: new Date(0),
  content: [{ type: "text", text: "assistant-ui" }],
  attachments: [],
  metadata: { custom: {} },
};
await threadHistory(continuum, remoteId).append({ parentId: null, message });
const thread = await threadHistory(continuum, remoteId).load();

console.log(JSON.stringify([
  (await store.load(key)).map(({ text }) => text),
  (await history.getMessages()).map(({ content }) => content),
  tuple.checkpoint.channel_values,
  await session.popItem(),
  await session.getItems(),
  chat.messages[0].parts[0].text,
  thread.messages[0].message,
]));
