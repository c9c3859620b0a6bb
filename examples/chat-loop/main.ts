/**
 * A chat in a terminal that goes on where it ended: the conversation is kept by Continuum, so it outlives this
 * process and can be continued on another machine. Each line of the input is a turn.
 */
import process from "node:process";
import { createInterface } from "node:readline";
import { createContinuum } from "supabase-continuum";
import { answerTo } from "./model.ts";
import { signIn } from "./sign_in.ts";

const { SUPABASE_URL = "http://127.0.0.1:54321" } = process.env;
const {
  SUPABASE_PUBLISHABLE_KEY = "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH",
} = process.env;
const [name = "chat-loop"] = process.argv.slice(2);

const continuum = createContinuum({
  url: SUPABASE_URL,
  key: SUPABASE_PUBLISHABLE_KEY,
  accessToken: signIn(SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY),
});
const conversation = continuum.conversation(name);

for await (const { role, content } of conversation.messages()) {
  console.log(`${role}: ${content}`);
}
for await (const content of createInterface({ input: process.stdin })) {
  await conversation.append([{ role: "user", content }]);
  // As much of the conversation as fits the model, and never half of a tool call.
  const { messages } = await conversation.context({ maxTokens: 8000 });
  const reply = await answerTo(messages);
  await conversation.append([{ role: "assistant", content: reply }]);
  console.log(`assistant: ${reply}`);
}
