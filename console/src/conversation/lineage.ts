/** The lines of a conversation: what is live after a row, and which other lines leave it. */
import type { Message } from "../../../client/src/index.ts";

/**
 * The live line after `row` was appended. The rows of the log must come in the order of `seq`.
 *
 * @param line what is known of the live line: its end, without a gap.
 */
export function lineAfter(line: Message[], row: Message): Message[] {
  // A row that has left the line since was followed by the one that took it off.
  if (!row.live) return line;
  if (row.position !== row.seq) {
    return line.map((message) =>
      message.position === row.position ? row : message
    );
  }
  return [
    ...line.filter(({ position }) => position <= row.parent_position),
    row,
  ];
}

/** Whether rows were revised, or lines left, so that the log has more than the live line. */
export function hasMoreThanLine(line: Message[], lastSeq: number): boolean {
  const last = line.at(-1);
  if (last === undefined) return lastSeq > 0;
  return last.seq !== lastSeq ||
    line.some((message) =>
      message.seq !== message.position ||
      message.parent_position !== message.position - 1
    );
}

/** What a log tells about the places of a conversation. */
export class Lineage {
  readonly #byPosition = new Map<number, Message[]>();
  readonly #children = new Map<number, number[]>();

  /** @param rows the whole log, in any order. */
  constructor(rows: Iterable<Message>) {
    const sorted = [...rows].sort((a, b) => a.seq - b.seq);
    for (const row of sorted) {
      const versions = this.#byPosition.get(row.position);
      if (versions) versions.push(row);
      else {
        this.#byPosition.set(row.position, [row]);
        const siblings = this.#children.get(row.parent_position) ?? [];
        this.#children.set(row.parent_position, [...siblings, row.position]);
      }
    }
  }

  /** The rows of a position, oldest first: what it said before it was revised. */
  versions(position: number): Message[] {
    return this.#byPosition.get(position) ?? [];
  }

  /** The positions that begin a line where this one does, oldest first, this one included. */
  siblings(position: number): number[] {
    const [first] = this.versions(position);
    return first === undefined
      ? [position]
      : this.#children.get(first.parent_position) ?? [position];
  }

  /** The positions that follow `position`, on any line. */
  after(position: number): number[] {
    return this.#children.get(position) ?? [];
  }

  /** Where the newest line that goes through `position` ends. */
  endOf(position: number): number {
    const inside = new Set([position]);
    let end = position;
    // A position is always larger than the one before it.
    for (const place of [...this.#byPosition.keys()].sort((a, b) => a - b)) {
      const parent = this.versions(place)[0]?.parent_position ?? 0;
      if (place > position && inside.has(parent)) {
        inside.add(place);
        end = place;
      }
    }
    return end;
  }
}
