/**
 * What the Data API knows of the database, read at its start and again when told to.
 * https://docs.postgrest.org/en/v14/references/schema_cache.html
 */
import { connect, type Sql } from "../sql.ts";
import { pgrst } from "./errors.ts";
import type { Routine } from "./routines.ts";

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

/** How long after a failed connection the next one is tried, in seconds. */
const RECONNECT_AFTER_S = 0.2;

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
  const sql = connect(url, {
    fetch_types: false,
    backoff: () => RECONNECT_AFTER_S,
    connect_timeout: 2,
    idle_timeout: 5,
  });
  let schema: Schema | null = null;
  let reading: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  async function readAgain(): Promise<void> {
    schema = await read(sql);
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

  const cache: SchemaCache = {
    async current() {
      await (next ?? reading)?.catch(() => {});
      if (schema === null) await reload().catch(() => {});
      if (schema === null) throw pgrst("PGRST002");
      return schema;
    },
    reload,
    close: () => sql.end({ timeout: 1 }),
  };
  try {
    if (listens) {
      await sql.listen("pgrst", (payload) => {
        if (/^(|reload schema)$/.test(payload)) reloadQuietly();
      }, reloadQuietly);
    }
    await reload();
    return cache;
  } catch (error) {
    await cache.close();
    throw error;
  }
}

async function read(sql: Sql): Promise<Schema> {
  return await sql.begin(async (transaction) => {
    await transaction`set local search_path = ''`;
    const [row] = await transaction.unsafe(query);
    return row?.schema;
  });
}
