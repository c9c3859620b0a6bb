/** What the clients of a run did and were told, as the check looks at it. Times are by performance.now(). */
import type { Outcome } from "../call.ts";
import type { Report } from "../report.ts";

/** What never changes about a row of a log, but for its erasure. */
export interface Row {
  seq: number;
  id: string;
  /** Null if it was erased before anybody has read it. */
  content: string | null;
  position: number;
  parent: number;
}

/** A conversation's state beside an answer. */
export interface Snapshot {
  lastSeq: number;
  head: number;
  /** updated_at in microseconds: every change makes it larger. Null if the answer does not say. */
  version: number | null;
}

/** One answer about a conversation. */
export interface Observation extends Snapshot {
  what: "line" | "log" | "context" | "append" | "change" | "follow";
  client: string;
  startedAt: number;
  endedAt: number;
  /** The seqs that were answered, in their order; empty if the answer has none to compare. */
  seqs: number[];
  /** The page that was asked for. */
  page?: { after?: number; before?: number; limit: number; hasMore: boolean };
}

/** An answer to a write. */
export interface Told {
  conversation: string;
  seqs: number[];
  ids: string[];
  replayed: boolean;
  endedAt: number;
}

/** A batch that somebody appended, with all of its attempts. */
export interface Write {
  number: number;
  client: string;
  kind: string;
  /** The conversation, as all clients call it. */
  name: string;
  /** The contents of its new messages; no other write has one of them. */
  texts: string[];
  /** The rows that it sent again, which come first in the batch. */
  repeats: { id: string; conversation: string }[];
  after?: number;
  revises?: number;
  expected?: number;
  key?: string;
  /** Whether a retry is recognised. */
  isSafe: boolean;
  startedAt: number;
  endedAt: number;
  /** `refused` only if no attempt may have been carried out. */
  outcome: Outcome;
  code?: string;
  told: Told[];
}

export interface Fork {
  source: string;
  through: number;
  title: string;
  startedAt: number;
  endedAt: number;
  outcome: Outcome;
  /** The new conversation's id, if it was told. */
  id?: string;
}

/** Something that was asked for about a conversation, and when it was known to be done. */
export interface Asked {
  startedAt: number;
  /** Null if nobody was told. */
  doneAt: number | null;
}

/** All that is known of a conversation. */
export interface Known {
  id: string;
  name: string;
  rows: Map<number, Row>;
  observations: Observation[];
  erasures: (Asked & { seq: number })[];
}

export interface Heard {
  follower: string;
  conversation: string;
  /** The last seq that it was sent. */
  seq: number;
  /** The seq that it must have been sent by the end. */
  owed: number;
}

export class History {
  readonly writes: Write[] = [];
  readonly forks: Fork[] = [];
  readonly followers: Heard[] = [];
  /** By the name that all clients use. */
  readonly deletions = new Map<string, (Asked & { id?: string })[]>();
  /** Heads that somebody asked for without writing a row, and when, by the name that all clients use. */
  readonly heads = new Map<string, { head: number; startedAt: number }[]>();
  readonly #known = new Map<string, Known>();
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  /** Takes in rows of a conversation; what was seen at a seq once must be there ever after. */
  see(
    id: string,
    name: string,
    rows: Row[],
    where: string,
    askedAt: number,
  ): void {
    const known = this.of(id, name);
    for (const row of rows) {
      if (row.content !== null && isErased(known, row.seq, askedAt)) {
        this.#report.anomaly({
          kind: "not erased",
          detail:
            `Seq ${row.seq} of ${name} was read after its erasure was told (${where}).`,
          excerpt: [row],
        });
      }
      const before = known.rows.get(row.seq);
      if (before === undefined) {
        known.rows.set(row.seq, row);
        continue;
      }
      before.content ??= row.content;
      const isSame = before.id === row.id && before.position === row.position &&
        before.parent === row.parent &&
        (row.content === null || before.content === row.content);
      if (!isSame) {
        this.#report.anomaly({
          kind: "two logs",
          detail:
            `Seq ${row.seq} of ${name} was one row and then another (${where}).`,
          excerpt: [before, row],
        });
      }
    }
  }

  observe(id: string, name: string, observation: Observation): void {
    this.of(id, name).observations.push(observation);
  }

  askHead(name: string, head: number): void {
    const asked = { head, startedAt: performance.now() };
    this.heads.set(name, [...this.heads.get(name) ?? [], asked]);
  }

  of(id: string, name: string): Known {
    const known = this.#known.get(id) ??
      { id, name, rows: new Map(), observations: [], erasures: [] };
    this.#known.set(id, known);
    return known;
  }

  get conversations(): Known[] {
    return [...this.#known.values()];
  }
}

function isErased({ erasures }: Known, seq: number, askedAt: number): boolean {
  return erasures.some((asked) =>
    asked.seq === seq && asked.doneAt !== null && asked.doneAt < askedAt
  );
}
