/** The PostgreSQL driver of the stack. The Data API has another one for its calls: see data_api/session.ts. */
import postgres from "npm:postgres@3.4.9";

export type { Sql, TransactionSql } from "npm:postgres@3.4.9";

/** A client with one connection, which is made by the first statement. */
export function connect(
  url: string,
  options: postgres.Options<Record<never, never>> = {},
): postgres.Sql {
  return postgres(url, {
    max: 1,
    onnotice: () => {},
    connect_timeout: 5,
    ...options,
  });
}

/** Runs `use` with one connection, closed afterwards. */
export async function withConnection<T>(
  url: string,
  use: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = connect(url);
  try {
    return await use(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/**
 * Losing PostgreSQL must not end the stack. The driver throws where nobody can catch it when it writes
 * to a connection that was closed just then (https://github.com/porsager/postgres/issues/1208), and
 * rejects promises that nobody holds. The requests concerned have time limits of their own.
 */
globalThis.addEventListener("error", (event) => {
  const stack = event.error instanceof Error ? event.error.stack ?? "" : "";
  if (/reading 'write'[^]*nextWrite[^]*connection\.js/.test(stack)) {
    event.preventDefault();
  }
});
globalThis.addEventListener("unhandledrejection", (event) => {
  if (isLostConnection(event.reason)) event.preventDefault();
});

function isLostConnection(reason: unknown): boolean {
  return reason instanceof Error && "code" in reason &&
    /^(ECONNRESET|ECONNREFUSED|EPIPE|CONNECT_TIMEOUT|CONNECTION_\w+|57P0\d)$/
      .test(String(reason.code));
}
