/** LangChain's chat message history: a row a message. It has no way to read the last 100: all are read. */
import pg from "pg";
import { PostgresChatMessageHistory } from "@langchain/community/stores/message/postgres";
import { HumanMessage } from "@langchain/core/messages";

/** @param {{ dbUrl: string }} bed */
export function langchain({ dbUrl }) {
  return {
    name: "LangChain PostgresChatMessageHistory",
    application: "langchain",
    open: async () => {
      const pool = new pg.Pool({
        connectionString: dbUrl,
        max: 1,
        application_name: "langchain",
      });
      await pool.query("create schema if not exists langchain");
      const of = (sessionId) =>
        new PostgresChatMessageHistory({
          pool,
          sessionId,
          tableName: "langchain.messages",
        });
      return {
        append: (name, content) =>
          of(name).addMessage(new HumanMessage(content)),
        read: async (name) => (await of(name).getMessages()).slice(-100),
        close: () => pool.end(),
      };
    },
  };
}
