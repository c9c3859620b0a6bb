/** SQL in the name of a user, as the Data API runs it: what grants and policies allow, without its doors. */
import type postgres from "npm:postgres@3.4.9";
import type { Actor } from "./actors.ts";
import { withSql } from "./sql.ts";

/** Sets who asks for the rest of the transaction. */
export async function become(
  tx: postgres.TransactionSql,
  actor: Pick<Actor, "id"> & { role?: string },
): Promise<void> {
  const role = actor.role ?? (actor.id === null ? "anon" : "authenticated");
  const claims = JSON.stringify({ role, ...(actor.id && { sub: actor.id }) });
  await tx`select set_config('request.jwt.claims', ${claims}, true)`;
  await tx`select set_config('request.jwt.claim.sub', ${actor.id ?? ""}, true)`;
  await tx.unsafe(`set local role ${role}`);
}

/** Runs one transaction as `actor` and keeps what it did. */
export function asUser<T>(
  actor: Pick<Actor, "id">,
  use: (tx: postgres.TransactionSql) => Promise<T>,
): Promise<T> {
  return withSql((sql) =>
    sql.begin(async (tx) => {
      await become(tx, actor);
      return await use(tx);
    })
  ) as Promise<T>;
}
