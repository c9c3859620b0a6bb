/** Stores a conversation with all its branches. What is there already is not written again. */
import { ContinuumError } from "../../src/index.ts";
import type { Account } from "./account.ts";
import { markOf } from "./mark.ts";
import type { Prepared } from "./prepare.ts";
import { type Stored, type StoreOptions, TreeWriter } from "./tree_writer.ts";

const MOST_TRIES = 5;

/**
 * Stores `prepared`. If somebody else writes to the conversation at the same time, it looks again and goes on.
 *
 * @throws {ForeignConversation}
 * @throws {ContinuumError} what the API refuses.
 */
export async function storeTree(
  account: Account,
  prepared: Prepared,
  options: StoreOptions,
): Promise<Stored> {
  const known = await account.find(prepared.name);
  if (known !== undefined) {
    const mark = markOf(known, prepared);
    if (mark.digest === prepared.digest) {
      return { outcome: "unchanged", appended: 0, revised: 0 };
    }
  }
  const stored: Stored = {
    outcome: known === undefined ? "created" : "extended",
    appended: 0,
    revised: 0,
  };
  for (let tries = 1;; tries++) {
    try {
      const state = known === undefined && tries === 1
        ? { conversation: null, rows: [] }
        : await account.log(prepared.name);
      await new TreeWriter(account, prepared, options, stored, state).write();
      break;
    } catch (error) {
      // A switch whose response was lost may have been carried out.
      const isRace = error instanceof ContinuumError &&
        (["seq_conflict", "position_conflict"].includes(error.code) ||
          error.outcomeUnknown && tries <= 2);
      if (!isRace || tries === MOST_TRIES) throw error;
    }
  }
  if (
    stored.outcome === "extended" && stored.appended + stored.revised === 0
  ) stored.outcome = "unchanged";
  return stored;
}
