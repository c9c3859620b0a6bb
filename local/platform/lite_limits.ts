/** Time limits of statements, which PostgREST sets and lite does not. */
import type { createPostgresConnection } from "npm:@supabase/lite@0.10.0/postgres";
import { withConnection } from "../sql.ts";

type Connection = ReturnType<typeof createPostgresConnection>;

/** What a hosted project sets on the roles of the Data API, in milliseconds. */
export const ROLE_LIMITS = { statement_timeout: 8000, lock_timeout: 8000 };

/**
 * Sets a function's own `statement_timeout` before it is called: inside it would be too late, since
 * the clock of the call is running. https://docs.postgrest.org/en/v13/references/transactions.html
 */
export async function takeFunctionLimits(
  connection: Connection,
  dbUrl: string,
): Promise<void> {
  const limits = await readLimits(dbUrl);
  const withContext = connection.withContext.bind(connection);
  connection.withContext = (vars, work, options) => {
    const limit = limits.get(options?.rpc?.path ?? "");
    if (limit === undefined) return withContext(vars, work, options);
    return withContext(vars, async (db) => {
      await db.selectNoFrom(({ fn, val }) =>
        fn("set_config", [val("statement_timeout"), val(limit), val(true)])
          .as("statement_timeout")
      ).execute();
      return await work(db);
    }, options);
  };
}

/** By the path of the call. */
async function readLimits(dbUrl: string): Promise<Map<string, string>> {
  const rows = await withConnection(dbUrl, (sql) =>
    sql`
      select p.proname as name, substr(setting, length('statement_timeout=') + 1) as value
      from pg_proc p, unnest(p.proconfig) setting
      where p.pronamespace = 'public'::regnamespace and setting like 'statement_timeout=%'
    `);
  return new Map(
    rows.map(({ name, value }) => [`/rpc/${name}`, String(value)]),
  );
}
