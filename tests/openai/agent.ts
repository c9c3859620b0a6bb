/**
 * A process with an agent: `deno run -A agent.ts <prompt> [<conversation>]`. Prints what its model was shown, and
 * the session afterwards.
 */
import {
  Agent,
  type Model,
  type ModelRequest,
  OpenAIConversationsSession,
  Runner,
  setTracingDisabled,
  tool,
  Usage,
} from "npm:@openai/agents@0.20.0";
import OpenAI from "npm:openai@7.57.0";
import { z } from "npm:zod@4.6.7";

setTracingDisabled(true);

/** What the model was shown, a request each. */
const shown: unknown[] = [];

/** Asks for a sum, and then answers with the number of items that it was shown. */
const model: Model = {
  getResponse({ input }: ModelRequest) {
    const items = typeof input === "string" ? [input] : input;
    shown.push(
      items.map((item) => typeof item === "string" ? "text" : item.type),
    );
    const last = items.at(-1);
    const suffix = crypto.randomUUID().replaceAll("-", "");
    const output = typeof last === "object" &&
        last.type === "function_call_result"
      ? {
        id: `msg_${suffix}1`,
        type: "message" as const,
        role: "assistant" as const,
        status: "completed" as const,
        content: [{
          type: "output_text" as const,
          text: `Saw ${items.length}.`,
        }],
      }
      : {
        id: `fc_${suffix}1`,
        type: "function_call" as const,
        callId: `call_${suffix}`,
        name: "add",
        status: "completed" as const,
        arguments: '{"a":1,"b":2}',
      };
    return Promise.resolve({ usage: new Usage(), output: [output] });
  },
  // deno-lint-ignore require-yield -- the runner does not stream here
  async *getStreamedResponse() {
    await Promise.reject(new Error("not streamed"));
  },
};

const [prompt = "", conversationId] = Deno.args;
const session = new OpenAIConversationsSession({
  client: new OpenAI(),
  ...(conversationId && { conversationId }),
});
const agent = new Agent({
  name: "Adder",
  model,
  tools: [tool({
    name: "add",
    description: "Adds.",
    parameters: z.object({ a: z.number(), b: z.number() }),
    execute: ({ a, b }) => String(a + b),
  })],
});
const { finalOutput } = await new Runner().run(agent, prompt, { session });

console.log(JSON.stringify({
  id: await session.getSessionId(),
  finalOutput,
  shown,
  items: await session.getItems(),
  newest: await session.getItems(1),
}));
