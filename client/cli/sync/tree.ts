/** The lines of a session as all machines have written them: a tree of rows. */
import type { Message } from "../../src/index.ts";
import type { Line } from "./lines.ts";
import { LineReader } from "./rows.ts";

export interface Branch {
  /** The ids of its rows, from the first to the last whole line's. */
  ids: string[];
  lines: Line[];
  /** The row that it ends with. */
  last: Message;
  /** Whether it is the branch that is shown. */
  isLive: boolean;
}

export interface SessionTree {
  /** Positions of rows by their ids. */
  positions: Map<string, number>;
  /** Every branch that ends where no other goes on. The one that is shown comes first, then the newest. */
  branches: Branch[];
  /** Whether a branch cannot be restored, because a message was erased. */
  isDamaged: boolean;
}

export function sessionTree(rows: Message[]): SessionTree {
  const byPosition = new Map<number, Message>();
  for (const row of rows) {
    // A row that was revised by somebody is still the line that it was.
    if (!byPosition.has(row.position)) byPosition.set(row.position, row);
  }
  const parents = new Set<number>();
  for (const { parent_position } of byPosition.values()) {
    parents.add(parent_position);
  }
  const positions = new Map<string, number>();
  for (const { client_id, position } of byPosition.values()) {
    positions.set(client_id, position);
  }
  const found = new Map<string, Branch>();
  let isDamaged = false;
  for (const leaf of byPosition.values()) {
    if (parents.has(leaf.position)) continue;
    const path: Message[] = [];
    for (
      let at: Message | undefined = leaf;
      at !== undefined;
      at = byPosition.get(at.parent_position)
    ) path.push(at);
    path.reverse();
    const reader = new LineReader();
    const ids: string[] = [];
    let pending: string[] = [];
    let last: Message | undefined;
    for (const row of path) {
      if (!reader.add(row)) {
        isDamaged ||= isRowOfSync(row);
        break;
      }
      pending.push(row.client_id);
      if (!reader.isComplete) continue;
      ids.push(...pending);
      pending = [];
      last = row;
    }
    if (last === undefined) continue;
    // A branch whose end is still being uploaded may be the beginning of another one.
    found.set(last.client_id, {
      ids,
      lines: reader.lines,
      last,
      isLive: leaf.live,
    });
  }
  const isInner = new Set(
    [...found.values()].flatMap(({ ids }) => ids.slice(0, -1)),
  );
  return {
    positions,
    branches: [...found.values()]
      .filter(({ last }) => !isInner.has(last.client_id))
      .sort((a, b) =>
        Number(b.isLive) - Number(a.isLive) || b.last.seq - a.last.seq
      ),
    isDamaged,
  };
}

/** Whether a row was written here, rather than by somebody who has appended to the conversation. */
function isRowOfSync({ client_id }: Message): boolean {
  return /^[0-9a-f]{64}(\.\d+\/\d+)?$/.test(client_id);
}
