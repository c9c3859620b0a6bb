/**
 * A graph that asks a person in between, run by one process up to there and by another from there on. Prints what it
 * has come to.
 */
import {
  Annotation,
  Command,
  END,
  interrupt,
  Send,
  START,
  StateGraph,
} from "@langchain/langgraph";
import { ContinuumSaver } from "../../client/src/adapters/langgraph/index.ts";
import { createContinuum } from "../../client/src/index.ts";

const [thread_id, answer] = Deno.args;

const State = Annotation.Root({
  topics: Annotation<string[]>,
  drafts: Annotation<string[]>({
    reducer: (drafts, more) => [...drafts, ...more],
    default: () => [],
  }),
  verdict: Annotation<string>,
});

/** Names of the nodes that this process has run. */
const ran: string[] = [];

const graph = new StateGraph(State)
  .addNode("plan", () => {
    ran.push("plan");
    return { topics: ["a", "b", "c"] };
  })
  .addNode("draft", ({ topic }: { topic: string }) => {
    ran.push(`draft ${topic}`);
    return { drafts: [`draft of ${topic}`] };
  })
  .addNode("review", () => {
    const verdict: string = interrupt("Are these good?");
    ran.push("review");
    return { verdict };
  })
  .addEdge(START, "plan")
  .addConditionalEdges(
    "plan",
    ({ topics }) => topics.map((topic) => new Send("draft", { topic })),
    ["draft"],
  )
  .addEdge("draft", "review")
  .addEdge("review", END)
  .compile({
    checkpointer: new ContinuumSaver({
      continuum: createContinuum({
        url: Deno.env.get("SUPABASE_URL")!,
        key: Deno.env.get("SUPABASE_PUBLISHABLE_KEY")!,
        accessToken: Deno.env.get("ACCESS_TOKEN")!,
      }),
    }),
  });

const config = { configurable: { thread_id } };
await graph.invoke(
  answer === undefined ? {} : new Command({ resume: answer }),
  config,
);
const { values, next, tasks } = await graph.getState(config);
console.log(JSON.stringify({
  ran,
  values,
  next,
  asked: tasks.flatMap(({ interrupts }) =>
    interrupts.map(({ value }) => value)
  ),
}));
