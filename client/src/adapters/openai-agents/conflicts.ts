/** Changes that depend on what is there, made again if others have changed it meanwhile. */
import { ContinuumError } from "../../error.ts";

/** How often a change is tried again. */
const MOST_CONFLICTS = 50;

/** Makes a change until it does not conflict with another. */
export async function whileConflicting<T>(
  change: () => Promise<T>,
): Promise<T> {
  for (let conflicts = 1;; conflicts++) {
    try {
      return await change();
    } catch (error) {
      if (!isConflict(error) || conflicts === MOST_CONFLICTS) throw error;
    }
  }
}

/** Whether a change was refused because others have changed the conversation. */
function isConflict(error: unknown): boolean {
  return error instanceof ContinuumError &&
    (error.code === "seq_conflict" || error.code === "position_conflict");
}
