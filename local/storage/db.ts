// The service's door to PostgreSQL. Every statement runs inside a transaction that has taken on a
// caller: their role, their claims, and the name of the operation, so that policies decide.
import { connect, type Sql } from "../sql.ts";
import type { Caller } from "./caller.ts";
import { fromPostgres } from "./errors.ts";

/** How long a request waits for PostgreSQL before it answers 544. */
const PATIENCE_MS = 4_500;

export interface Database {
  /** Runs `work` as the caller in one transaction and commits it. */
  as<T>(
    caller: Caller,
    operation: string,
    work: (sql: Sql) => Promise<T>,
  ): Promise<T>;
  /** Runs `work` as the caller and rolls back: it only finds out whether the policies allow it. */
  rehearse(
    caller: Caller,
    operation: string,
    work: (sql: Sql) => Promise<unknown>,
  ): Promise<void>;
  close(): Promise<void>;
}

class Rehearsed extends Error {}

/**
 * A pool of connections; nothing connects before the first query. Throws a `StorageError` whatever goes
 * wrong: PostgreSQL's own refusals are mapped as the real service maps them, and an unreachable server
 * answers within five seconds.
 */
export function openDatabase(url: string): Database {
  const pool = connect(url, {
    max: 10,
    patienceMs: PATIENCE_MS,
    idleMs: 30_000,
  });
  async function as<T>(
    caller: Caller,
    operation: string,
    work: (sql: Sql) => Promise<T>,
  ) {
    try {
      return await pool.begin(async (sql) => {
        await takeOn(sql, caller, operation);
        return await work(sql);
      });
    } catch (error) {
      throw error instanceof Rehearsed ? error : fromPostgres(error);
    }
  }

  return {
    as,
    async rehearse(caller, operation, work) {
      try {
        await as(caller, operation, async (sql) => {
          await work(sql);
          throw new Rehearsed();
        });
      } catch (error) {
        if (!(error instanceof Rehearsed)) throw error;
      }
    },
    close: () => pool.end(),
  };
}

async function takeOn(
  sql: Sql,
  caller: Caller,
  operation: string,
): Promise<void> {
  await sql`
    select
      set_config('role', ${caller.role}, true),
      set_config('request.jwt.claim.role', ${caller.role}, true),
      set_config('request.jwt', ${caller.token}, true),
      set_config('request.jwt.claim.sub', ${caller.sub ?? ""}, true),
      set_config('request.jwt.claims', ${JSON.stringify(caller.claims)}, true),
      set_config('request.headers', ${JSON.stringify(caller.headers)}, true),
      set_config('request.method', ${caller.method}, true),
      set_config('request.path', ${caller.path}, true),
      set_config('storage.operation', ${operation}, true),
      set_config('storage.allow_delete_query', 'true', true),
      set_config('statement_timeout', '30s', true)`;
}
