/** Finds the branches of a conversation in its log. */
import type { Branch, Message } from "./types.ts";

/**
 * The live line and every line that ends where no other continues, newest first.
 *
 * @param rows the whole log, in any order. If several rows have the same position, the newest counts.
 */
export function branchesOf(rows: Iterable<Message>, head: number): Branch[] {
  const newest = new Map<number, Message>();
  const live = new Set<number>([0]);
  const parents = new Set<number>();
  for (const row of rows) {
    const known = newest.get(row.position);
    if (known === undefined || known.seq < row.seq) {
      newest.set(row.position, row);
    }
    if (row.live) live.add(row.position);
    parents.add(row.parent_position);
  }
  return [...newest.values()]
    // After a rewind the live line ends at the head, although other lines continue from there.
    .filter(({ position }) => !parents.has(position) || position === head)
    .map((message) => ({
      head_position: message.position,
      fork_position: sharedPosition(message, newest, live),
      is_live: message.position === head,
      last_message: message,
    }))
    .sort((a, b) => b.last_message.seq - a.last_message.seq);
}

/** The nearest ancestor of `message`, or its own position, that is on the live line; 0 if none is. */
function sharedPosition(
  message: Message,
  newest: Map<number, Message>,
  live: Set<number>,
): number {
  let position = message.position;
  while (!live.has(position)) {
    position = newest.get(position)?.parent_position ?? 0;
  }
  return position;
}
