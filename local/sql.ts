/** The one PostgreSQL driver of the stack. */
import postgres from "npm:postgres@3.4.9";

export type { Sql } from "npm:postgres@3.4.9";

/** Runs `use` with one connection, closed afterwards. */
export async function withConnection<T>(
  url: string,
  use: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 5 });
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}
