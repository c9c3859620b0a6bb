/** LangGraph's checkpointer: each append stores the list of messages anew, as a graph's state does. */
import pg from "pg";
import { HumanMessage } from "@langchain/core/messages";
import { emptyCheckpoint, uuid6 } from "@langchain/langgraph-checkpoint";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";

/** @param {{ dbUrl: string }} bed */
export function langgraph({ dbUrl }) {
  return {
    name: "LangGraph PostgresSaver",
    application: "langgraph",
    // A conversation of 10,000 would take an hour to fill.
    largest: 1000,
    open: async () => {
      const pool = new pg.Pool({
        connectionString: dbUrl,
        max: 1,
        application_name: "langgraph",
      });
      const saver = new PostgresSaver(pool, undefined, { schema: "langgraph" });
      await saver.setup();
      const last = async (name) =>
        await saver.getTuple({
          configurable: { thread_id: name, checkpoint_ns: "" },
        });
      const write = async (name, before, messages) => {
        const version = (before?.checkpoint.channel_versions.messages ?? 0) + 1;
        await saver.put(
          before?.config ??
            { configurable: { thread_id: name, checkpoint_ns: "" } },
          {
            ...emptyCheckpoint(),
            id: uuid6(version),
            channel_values: { messages },
            channel_versions: { messages: version },
          },
          { source: "loop", step: version, parents: {} },
          { messages: version },
        );
      };
      return {
        append: async (name, content) => {
          const before = await last(name);
          const messages = before?.checkpoint.channel_values.messages ?? [];
          await write(name, before, [...messages, new HumanMessage(content)]);
        },
        read: async (name) =>
          (await last(name))?.checkpoint.channel_values.messages.slice(-100),
        fill: async (name, count, content) => {
          const messages = Array.from(
            { length: count },
            () => new HumanMessage(content),
          );
          await write(name, undefined, messages);
        },
        close: () => pool.end(),
      };
    },
  };
}
