/** Hears what PostgreSQL's sessions notify each other of. */
import pg from "npm:pg@8.23.1";
import { forDriver } from "../sql.ts";
import { CONNECT_MS } from "./session.ts";

/** How long after a lost connection the next one is tried, in milliseconds. */
const RECONNECT_AFTER_MS = 200;

export interface Listener {
  close(): Promise<void>;
}

/**
 * Listens to `channel`, with a connection of its own that is made again whenever it is lost.
 *
 * @param onNotify is called with each payload.
 * @param onListening is called at the first connection and at each later one: what was notified while there was none
 * is never told.
 * @throws if the first connection is not accepted.
 */
export async function listen(
  url: string,
  channel: string,
  onNotify: (payload: string) => void,
  onListening: () => void,
): Promise<Listener> {
  let isClosed = false;
  let client: pg.Client;

  async function connect(): Promise<void> {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    client = new pg.Client({
      connectionString: forDriver(url),
      connectionTimeoutMillis: CONNECT_MS,
    });
    client.on("error", () => resolve());
    client.on("end", () => resolve());
    client.on("notification", ({ payload = "" }) => onNotify(payload));
    try {
      await client.connect();
      await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      await client.end();
      throw error;
    }
    onListening();
    void ended.then(reconnect);
  }

  async function reconnect(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_AFTER_MS));
      if (isClosed) return;
      try {
        return await connect();
      } catch {
        // PostgreSQL does not answer yet.
      }
    }
  }

  await connect();
  return {
    async close() {
      isClosed = true;
      await client.end();
    },
  };
}
