/** Takes from a stack what its requests need: rows that they wait for, or all connections to PostgreSQL. */
import { connect } from "../../local/sql.ts";
import type { Stack } from "../../local/stack.ts";

/** Locks the conversations of everybody until it is disposed of. */
export async function lockConversations(
  stack: Stack,
): Promise<AsyncDisposable> {
  const sql = connect(stack.adminDbUrl);
  await sql`begin`;
  await sql`lock table continuum.conversations in access exclusive mode`;
  return {
    async [Symbol.asyncDispose]() {
      await sql`rollback`;
      await sql.end();
    },
  };
}

/** Ends the connections of the Data API and takes all that PostgreSQL has, until it is disposed of. */
export async function takeConnections(
  stack: Stack,
): Promise<AsyncDisposable & { taken: number }> {
  const admin = connect(stack.adminDbUrl);
  const hoard: ReturnType<typeof connect>[] = [];
  /** Opens connections until PostgreSQL refuses one. */
  const fill = async () => {
    for (;;) {
      const sql = connect(stack.dbUrl);
      try {
        await sql`select 1`;
        hoard.push(sql);
      } catch {
        await sql.end();
        return;
      }
    }
  };
  // It stays open, for what ends the others.
  await admin`select 1`;
  await fill();
  await admin`
    select pg_terminate_backend(pid) from pg_stat_activity
    where usename = 'authenticator' and pid <> pg_backend_pid()
  `;
  await fill();
  return {
    taken: hoard.length,
    async [Symbol.asyncDispose]() {
      await Promise.all(hoard.map((sql) => sql.end()));
      await admin.end();
    },
  };
}
