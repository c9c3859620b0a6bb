/** A connection as `postgres`, to look at what is stored behind the API's back. */
import postgres from "npm:postgres@3.4.9";
import { target } from "./target.ts";

/** Runs `use` with a connection that is closed afterwards. */
export async function withSql<T>(
  use: (sql: postgres.Sql) => Promise<T>,
  dbUrl = target.dbUrl,
): Promise<T> {
  const sql = postgres(dbUrl, { max: 2, onnotice: () => {} });
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}
