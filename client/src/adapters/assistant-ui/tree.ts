/** A conversation as a tree: every position of its log, with its newest row, and the line that is live. */
import type { ConversationHandle } from "../../conversation.ts";
import { ContinuumError } from "../../error.ts";
import type { AppendAnswer, Message } from "../../types.ts";

/** How often a log that changes between two pages is read anew. */
const TRIES = 5;

export class Tree {
  /** The newest row of each position. */
  readonly rows = new Map<number, Message>();
  /** Every row of each position, for those that have several. */
  readonly versions = new Map<number, Message[]>();
  lastSeq = 0;
  head = 0;

  /** Takes in a row of the log. */
  add(row: Message): void {
    const { position } = row;
    const known = this.rows.get(position);
    if (!known || known.seq <= row.seq) this.rows.set(position, row);
    const others = this.versions.get(position)?.filter(({ seq }) =>
      seq !== row.seq
    );
    this.versions.set(position, [...others ?? [], row]);
  }

  /** Takes in what an append has answered. */
  take({ messages, conversation }: AppendAnswer): void {
    for (const row of messages) this.add(row);
    this.lastSeq = conversation.last_seq;
    this.head = conversation.head_position;
  }

  parentOf(position: number): number {
    return this.rows.get(position)?.parent_position ?? 0;
  }

  /** The positions from the start to `end`. */
  lineTo(end: number): number[] {
    const line: number[] = [];
    for (let at = end; at > 0; at = this.parentOf(at)) line.push(at);
    return line.reverse();
  }

  /** Whether the live line goes through a position; its start, 0, always. */
  isLive(position: number): boolean {
    return position === 0 || this.lineTo(this.head).includes(position);
  }

  /** The last position of the newest line that goes through `position`. */
  endOf(position: number): number {
    const newestFirst = [...this.rows.keys()].sort((a, b) => b - a);
    return newestFirst.find((end) => {
      let at = end;
      // A parent's position is smaller than its children's.
      while (at > position) at = this.parentOf(at);
      return at === position;
    }) ?? position;
  }
}

/** Reads the whole log. */
export async function readTree(handle: ConversationHandle): Promise<Tree> {
  for (let tries = 0; tries < TRIES; tries++) {
    const tree = new Tree();
    let pages = 0;
    let isWhole = true;
    for await (
      const { conversation, messages } of handle.messages({
        view: "log",
        limit: 500,
      }).pages()
    ) {
      const { last_seq = 0, head_position = 0 } = conversation ?? {};
      if (pages++ > 0) {
        isWhole = last_seq === tree.lastSeq && head_position === tree.head;
      }
      if (!isWhole) break;
      tree.lastSeq = last_seq;
      tree.head = head_position;
      for (const row of messages) tree.add(row);
    }
    if (isWhole) return tree;
  }
  throw new ContinuumError({
    code: "seq_conflict",
    status: 409,
    detail: "The conversation changes faster than it can be read.",
    retryable: true,
  });
}
