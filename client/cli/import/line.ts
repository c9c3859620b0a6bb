/** The log of a conversation as a writer has to know it: which positions are live, and what follows what. */
import type { Message } from "../../src/index.ts";

export class Line {
  readonly #parents = new Map<number, number>();
  #live: Set<number> | undefined;
  #head: number;
  lastSeq: number;

  constructor(rows: Iterable<Message>, head: number, lastSeq: number) {
    for (const { position, parent_position } of rows) {
      this.#parents.set(position, parent_position);
    }
    this.#head = head;
    this.lastSeq = lastSeq;
  }

  get head(): number {
    return this.#head;
  }

  /** Whether a position is on the live line. 0, the start, always is. */
  isLive(position: number): boolean {
    if (this.#live === undefined) {
      this.#live = new Set([0]);
      for (let at = this.#head; at > 0; at = this.#parents.get(at) ?? 0) {
        this.#live.add(at);
      }
    }
    return this.#live.has(position);
  }

  /** Takes note of what was appended behind `after`. */
  append(messages: Message[], after: number, lastSeq: number): void {
    this.lastSeq = lastSeq;
    if (after !== this.#head) this.switch(after);
    for (const { position, parent_position } of messages) {
      this.#parents.set(position, parent_position);
      this.#live?.add(position);
      this.#head = position;
    }
  }

  /** Takes note that the line now ends at `head`. */
  switch(head: number): void {
    this.#head = head;
    this.#live = undefined;
  }
}
