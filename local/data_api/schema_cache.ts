/**
 * What the Data API knows of the database, read at its start and again when told to.
 * https://docs.postgrest.org/en/v14/references/schema_cache.html
 */
import { pgrst } from "./errors.ts";
import { listen } from "./listener.ts";
import type { Routine } from "./routines.ts";
import { Session } from "./session.ts";

/** The only schema that is exposed: `schemas` in supabase/config.toml. */
export const EXPOSED = "public";

export interface Schema {
  routines: Routine[];
  tables: string[];
  /** What `alter role … set` says, by role: set for each transaction, since nobody logs in as the role. */
  roleSettings: Record<string, [name: string, value: string][]>;
}

export interface SchemaCache {
  /** What is known, after a read that is under way. */
  current(): Promise<Schema>;
  /** Reads it again. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

const query = await Deno.readTextFile(new URL("schema.sql", import.meta.url));

/**
 * Reads it, and again after `notify pgrst` and after each reconnection of its listener.
 *
 * @param listens is false for a database that only replays another: nobody can listen there.
 */
export async function openSchemaCache(
  url: string,
  listens: boolean,
): Promise<SchemaCache> {
  let schema: Schema | null = null;
  let reading: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  async function readAgain(): Promise<void> {
    schema = await read(url);
  }
  /** What has changed since a read began needs another one after it; one is enough for all who ask. */
  function reload(): Promise<void> {
    if (reading === null) {
      return reading = readAgain().finally(() => reading = null);
    }
    return next ??= reading.catch(() => {}).then(() => {
      next = null;
      return reload();
    });
  }
  /** If it fails, what is known may be old: the next request reads it. */
  const reloadQuietly = () => void reload().catch(() => schema = null);

  const listener = listens
    ? await listen(url, "pgrst", (payload) => {
      if (/^(|reload schema)$/.test(payload)) reloadQuietly();
    }, reloadQuietly)
    : null;
  const cache: SchemaCache = {
    async current() {
      await (next ?? reading)?.catch(() => {});
      if (schema === null) await reload().catch(() => {});
      if (schema === null) throw pgrst("PGRST002");
      return schema;
    },
    reload,
    close: async () => await listener?.close(),
  };
  try {
    await reload();
    return cache;
  } catch (error) {
    await cache.close();
    throw error;
  }
}

/** With a connection of its own: it is rare, and must not wait for those of the calls. */
async function read(url: string): Promise<Schema> {
  const session = await Session.open(url);
  try {
    const [schema] = await session.transaction([
      { text: "set local search_path = ''", parameters: [] },
      { text: query, parameters: [] },
    ]);
    return JSON.parse(schema ?? "null");
  } finally {
    await session.close();
  }
}
