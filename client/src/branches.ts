/** The branches of a conversation, worked out from its log. */
import type { Branch, Message } from "./types.ts";

/**
 * Every line that ends where no other goes on, the live one included, newest first. Rows may come in any
 * order; of the rows at one position, the newest counts.
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
    // A line that was rewound ends at its head, although another goes on from there.
    .filter(({ position }) => !parents.has(position) || position === head)
    .map((message) => ({
      head_position: message.position,
      fork_position: sharedPosition(message, newest, live),
      is_live: message.position === head,
      last_message: message,
    }))
    .sort((a, b) => b.last_message.seq - a.last_message.seq);
}

/** The first position on the way back from `message` that is on the live line; 0 is its start. */
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
