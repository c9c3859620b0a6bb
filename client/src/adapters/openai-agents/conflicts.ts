/** Changes that depend on what is there, made again if others have changed it meanwhile. */
import { isConflict } from "../shared/conflicts.ts";

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
