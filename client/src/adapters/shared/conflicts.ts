/** Conflicts with what others have written. */
import { ContinuumError } from "../../error.ts";

/** Whether a write was refused because the conversation is not as it was when it was read. */
export function isConflict(error: unknown): error is ContinuumError {
  return error instanceof ContinuumError &&
    ["seq_conflict", "position_conflict", "precondition_failed"]
      .includes(error.code);
}
