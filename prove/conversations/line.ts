/** The live line, worked out from a log alone: lineage.md's rules without the database's `live`. */
import type { StoredRow } from "./stored.ts";

export class Log {
  readonly #rows: Map<number, StoredRow>;
  /** The seqs of each position, ascending. */
  readonly #places = new Map<number, number[]>();

  /** @param rows by seq. */
  constructor(rows: Map<number, StoredRow>) {
    this.#rows = rows;
    for (const seq of [...rows.keys()].sort((a, b) => a - b)) {
      const { position } = rows.get(seq)!;
      const seqs = this.#places.get(position);
      if (seqs) seqs.push(seq);
      else this.#places.set(position, [seq]);
    }
  }

  /**
   * The seqs of the line that ends at `head` when the log ended at `lastSeq`: from the head back by parents, each
   * position by its newest row. Null if the log has no such line.
   */
  line(head: number, lastSeq: number): number[] | null {
    const seqs: number[] = [];
    for (let position = head; position > 0;) {
      const seq = this.#places.get(position)?.findLast((seq) => seq <= lastSeq);
      const row = seq === undefined ? undefined : this.#rows.get(seq);
      if (row === undefined || row.parent >= position) return null;
      seqs.push(row.seq);
      position = row.parent;
    }
    return seqs.reverse();
  }

  /** The position that a row stands for; 0 if there is no such row. */
  positionOf(seq: number): number {
    return this.#rows.get(seq)?.position ?? 0;
  }

  /** Whether a row is erased by now. */
  isErased(seq: number): boolean {
    return this.#rows.get(seq)?.isErased ?? false;
  }

  /** Where the line ended once the row of a seq was written, unless it was moved since; 0 for the start. */
  headAfter(seq: number): number {
    while (seq > 0 && this.#rows.get(seq)?.position !== seq) seq--;
    return seq;
  }
}
