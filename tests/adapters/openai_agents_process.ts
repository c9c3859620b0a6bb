/**
 * An agent whose model is made up: it calls a tool, then answers. Prints what the model was given at each call, and the
 * answer.
 */
import {
  Agent,
  type AgentInputItem,
  type Model,
  Runner,
  tool,
  Usage,
} from "@openai/agents";
import { z } from "zod";
import { ContinuumSession } from "../../client/src/adapters/openai-agents/index.ts";
import { createContinuum } from "../../client/src/index.ts";

const [sessionId, input] = Deno.args;
const seen: string[][] = [];

const model: Model = {
  getResponse({ input }) {
    const items = input as AgentInputItem[];
    seen.push(items.map((item) => item.type ?? "message"));
    const last = items.at(-1)!;
    const callId = `call_${items.length}`;
    return Promise.resolve({
      usage: new Usage(),
      output: last.type === "function_call_result"
        ? [{
          type: "message",
          role: "assistant",
          status: "completed",
          content: [{ type: "output_text", text: `${items.length} items` }],
        }]
        : [{
          type: "function_call",
          callId,
          name: "weather",
          status: "completed",
          arguments: '{"city":"Paris"}',
        }],
    });
  },
  getStreamedResponse() {
    throw new Error("Not streamed.");
  },
};

const agent = new Agent({
  name: "Weather",
  model,
  tools: [
    tool({
      name: "weather",
      description: "The weather of a city",
      parameters: z.object({ city: z.string() }),
      execute: ({ city }) => `18 °C in ${city}`,
    }),
  ],
});
const session = new ContinuumSession({
  continuum: createContinuum({
    url: Deno.env.get("SUPABASE_URL")!,
    key: Deno.env.get("SUPABASE_PUBLISHABLE_KEY")!,
    accessToken: Deno.env.get("ACCESS_TOKEN")!,
  }),
  sessionId,
});
const { finalOutput } = await new Runner({ tracingDisabled: true })
  .run(agent, input!, { session });
console.log(JSON.stringify({ seen, finalOutput }));
