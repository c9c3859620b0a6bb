/** Appends messages that may have been stored before. */
import { ContinuumError } from "../../error.ts";
import type { Message, MessageInput } from "../../types.ts";

/** A message with its id as `client_id`, or, if that is taken, in its metadata. */
export type RowFor = (idInMetadata: boolean) => MessageInput;

/**
 * Appends messages so that all of them are on the live line. A `client_id` may stand for a row that has left the
 * line, or for one at another place; that message is then stored with its id in its metadata.
 */
export async function appendAnew(
  items: readonly RowFor[],
  append: (messages: MessageInput[]) => Promise<Message[]>,
): Promise<Message[]> {
  const taken = new Set<number>();
  for (;;) {
    const count = taken.size;
    try {
      const rows = await append(
        items.map((rowFor, index) => rowFor(taken.has(index))),
      );
      for (const [index, { live }] of rows.entries()) {
        if (!live) taken.add(index);
      }
      if (taken.size === count) return rows;
    } catch (error) {
      const isTaken = error instanceof ContinuumError &&
        error.code === "idempotency_mismatch";
      if (isTaken) taken.add(Number(error.problem.index));
      if (taken.size === count) throw error;
    }
  }
}
