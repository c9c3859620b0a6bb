/** One statement as a role of PostgreSQL, undone. */
import type postgres from "npm:postgres@3.4.9";
import { become } from "../support/as_user.ts";
import { withSql } from "../support/sql.ts";
import type { ActorName, Outcome } from "./matrix.ts";

/** The role that PostgreSQL is asked in; those who are not here get past no gateway. */
export const roles: Partial<Record<ActorName, "anon" | "authenticated">> = {
  owner: "authenticated",
  editor: "authenticated",
  viewer: "authenticated",
  invited: "authenticated",
  declined: "authenticated",
  stranger: "authenticated",
  departed: "authenticated",
  nobody: "anon",
  publishable: "anon",
  legacyAnon: "anon",
};

const undone = new Error("undone");

/** What a statement comes to, which is rolled back: what `read` makes of its result, or why it failed. */
export async function attempt<Result>(
  actor: { id: string | null; role?: string },
  run: (tx: postgres.TransactionSql) => PromiseLike<Result>,
  read: (result: Result) => Outcome,
): Promise<Outcome> {
  let outcome = "";
  await withSql((sql) =>
    sql.begin(async (tx) => {
      await become(tx, actor);
      outcome = read(await run(tx));
      throw undone;
    })
  ).catch((error) => {
    if (error === undone) return;
    // No right; or, to a deleted account, no such owner.
    if (["42501", "23503"].includes(error.code)) outcome = "refused";
    else if (error.code === "PT400") outcome = error.message;
    else throw error;
  });
  return outcome;
}
