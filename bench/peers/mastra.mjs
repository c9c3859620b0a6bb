/** Mastra's storage: threads, and a row a message. */
import { randomUUID } from "node:crypto";
import { PostgresStore } from "@mastra/pg";

/** @param {{ dbUrl: string }} bed */
export function mastra({ dbUrl }) {
  return {
    name: "@mastra/pg",
    application: "mastra",
    open: async () => {
      const url = new URL(dbUrl);
      url.searchParams.set("application_name", "mastra");
      const store = new PostgresStore({
        id: "bench",
        connectionString: url.href,
        schemaName: "mastra",
        max: 1,
      });
      await store.init();
      const memory = await store.getStore("memory");
      const threads = new Set();
      const threadOf = async (name) => {
        if (!threads.has(name)) {
          const now = new Date();
          await memory.saveThread({
            thread: {
              id: name,
              resourceId: "bench",
              title: name,
              metadata: {},
              createdAt: now,
              updatedAt: now,
            },
          });
          threads.add(name);
        }
        return name;
      };
      const message = (threadId, text) => ({
        id: randomUUID(),
        threadId,
        resourceId: "bench",
        role: "user",
        type: "v2",
        createdAt: new Date(),
        content: {
          format: 2,
          parts: [{ type: "text", text }],
          content: text,
        },
      });
      return {
        append: async (name, content) =>
          await memory.saveMessages({
            messages: [message(await threadOf(name), content)],
          }),
        read: async (name) =>
          await memory.listMessages({
            threadId: name,
            perPage: 100,
            page: 0,
            orderBy: { field: "createdAt", direction: "DESC" },
          }),
        fill: async (name, count, content) => {
          await threadOf(name);
          for (let written = 0; written < count; written += 500) {
            const size = Math.min(500, count - written);
            await memory.saveMessages({
              messages: Array.from(
                { length: size },
                () => message(name, content),
              ),
            });
          }
        },
        close: () => store.close?.(),
      };
    },
  };
}
