/**
 * What a conversation must do, said a second time: a log in an array, with none of the SQL's shortcuts.
 * Tests send the same requests to both and compare.
 */

/** A message of a request. A client_id of the form `id:<seq>` stands for the id of that row. */
export interface Sent {
  content: string;
  client_id?: string;
  revises?: number;
}

export type Request =
  | {
    kind: "append";
    key?: string;
    expected_seq?: number;
    after_position?: number;
    on_mismatch?: "revise";
    messages: Sent[];
  }
  | { kind: "switch"; head_position: number }
  | { kind: "erase"; seq: number };

export interface Row {
  seq: number;
  position: number;
  parent: number;
  live: boolean;
  /** Null once erased. */
  content: string | null;
  client_id: string | null;
  author: string;
}

/** What a request is answered: the seqs of its messages, or a problem. */
export type Outcome =
  | { seqs: number[]; replayed: boolean }
  | { code: string; head_position?: number; last_seq?: number; index?: number };

class Refusal extends Error {
  constructor(readonly outcome: Outcome) {
    super();
  }
}

export class Conversation {
  log: Row[] = [];
  head = 0;
  #keys = new Map<string, { payload: string; seqs: number[] }>();

  constructor(readonly owner: string) {}

  /** The live line, in the order of positions. */
  line(): Row[] {
    return this.log.filter((row) => row.live)
      .sort((a, b) => a.position - b.position);
  }

  /** Does what `author` asks for, or nothing if it is refused. */
  send(author: string, request: Request): Outcome {
    const [log, head] = [structuredClone(this.log), this.head];
    try {
      switch (request.kind) {
        case "append":
          return this.#append(author, request);
        case "switch":
          return this.#switch(request.head_position);
        case "erase":
          return this.#erase(author, request.seq);
      }
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      [this.log, this.head] = [log, head];
      return refusal.outcome;
    }
  }

  #append(
    author: string,
    request: Extract<Request, { kind: "append" }>,
  ): Outcome {
    const { key, expected_seq, after_position: after, messages } = request;
    const payload = JSON.stringify([after, messages]);
    const headBefore = this.head;
    const conflict = () =>
      new Refusal({ code: "position_conflict", head_position: headBefore });

    const revised = messages.flatMap(({ revises }) => revises ?? []);
    if (new Set(revised).size < revised.length) {
      throw new Refusal({ code: "validation_failed" });
    }
    if (key !== undefined) {
      const kept = this.#keys.get(key);
      if (kept && kept.payload !== payload) {
        throw new Refusal({ code: "idempotency_mismatch" });
      }
      if (kept) return { seqs: kept.seqs, replayed: true };
    }

    const seqs: (number | null)[] = [];
    const fresh: Sent[] = [];
    for (const [index, message] of messages.entries()) {
      const { seq, revises } = this.#recognise(message, request, index);
      seqs.push(seq);
      if (seq === null) fresh.push({ ...message, revises });
    }

    const rewinds = after !== undefined && after !== this.head;
    if (rewinds && key === undefined && this.#isOnLine(after)) {
      const rest = this.line().filter(({ position }) => position > after);
      if (
        rest.length === fresh.length &&
        fresh.every((message, i) => isSame(rest[i]!, message))
      ) {
        const answer = seqs.map((seq) => seq ?? rest.shift()!.seq);
        return { seqs: answer, replayed: true };
      }
    }
    if (
      (fresh.length > 0 || messages.length === 0 || rewinds) &&
      expected_seq !== undefined && expected_seq !== this.log.length
    ) {
      throw new Refusal({ code: "seq_conflict", last_seq: this.log.length });
    }
    if (fresh.length > 0 || rewinds) {
      if (after !== undefined && !this.#isOnLine(after)) throw conflict();
      if (after !== undefined) {
        for (const row of this.log) row.live &&= row.position <= after;
        this.head = after;
      }
      const places = fresh.flatMap(({ revises }) => revises ?? []);
      if (places.some((place) => !this.#isOnLine(place))) throw conflict();
      if (new Set(places).size < places.length) {
        throw new Refusal({ code: "validation_failed" });
      }
      const written = fresh.map((message) => this.#write(author, message));
      for (const [i, seq] of seqs.entries()) seqs[i] = seq ?? written.shift()!;
    }
    const answer = seqs as number[];
    if (key !== undefined) this.#keys.set(key, { payload, seqs: answer });
    return { seqs: answer, replayed: fresh.length === 0 && !rewinds };
  }

  /** The row that a message repeats, else the position that it revises, else neither. */
  #recognise(
    message: Sent,
    { after_position: after = Infinity, on_mismatch }: {
      after_position?: number;
      on_mismatch?: "revise";
    },
    index: number,
  ): { seq: number | null; revises?: number } {
    const { client_id, revises } = message;
    if (client_id === undefined) {
      const there = this.log.find((row) =>
        row.live && row.position === revises
      );
      if (there && there.content === message.content) {
        return { seq: there.seq };
      }
      return { seq: null, revises };
    }

    const named = this.#named(client_id);
    const known = named.filter(({ position }) => position <= after);
    // Of an erased row nothing is left to compare: it is repeated if it is the one that the name stands for.
    const repeated = known.find((row, i) =>
      row.content === message.content || (row.content === null && i === 0)
    );
    if (repeated) return { seq: repeated.seq };

    const place = known.find(({ live }) => live)?.position;
    const mismatch = new Refusal({ code: "idempotency_mismatch", index });
    if (revises !== undefined) {
      // A name is at one place of a line.
      const isElsewhere = place === undefined
        ? named.some(({ position }) => position !== revises)
        : place !== revises;
      if (isElsewhere) throw mismatch;
      return { seq: null, revises };
    }
    if (known.length === 0) return { seq: null };
    if (on_mismatch !== "revise") throw mismatch;
    return { seq: null, revises: place };
  }

  /** The rows that a client_id stands for: the live one, the others from the newest, the one by its id. */
  #named(client_id: string): Row[] {
    const byName = this.log.filter((row) => row.client_id === client_id)
      .sort((a, b) => Number(b.live) - Number(a.live) || b.seq - a.seq);
    const byId = this.log.filter((row) =>
      row.client_id === null && client_id === `id:${row.seq}`
    );
    return [...byName, ...byId];
  }

  #write(author: string, { content, client_id = null, revises }: {
    content: string;
    client_id?: string | null;
    revises?: number;
  }): number {
    const seq = this.log.length + 1;
    const row = { seq, live: true, content, client_id, author };
    if (revises === undefined) {
      this.log.push({ ...row, position: seq, parent: this.head });
      this.head = seq;
    } else {
      const old = this.log.find((row) => row.live && row.position === revises)!;
      old.live = false;
      this.log.push({ ...row, position: revises, parent: old.parent });
    }
    return seq;
  }

  #switch(head: number): Outcome {
    const places = new Set<number>();
    for (let place = head; place > 0;) {
      const row = this.log[place - 1];
      if (row?.position !== place) {
        throw new Refusal({
          code: "position_conflict",
          head_position: this.head,
        });
      }
      places.add(place);
      place = row.parent;
    }
    const newest = new Map(this.log.map((row) => [row.position, row.seq]));
    for (const row of this.log) {
      row.live = places.has(row.position) &&
        newest.get(row.position) === row.seq;
    }
    this.head = head;
    return { seqs: [], replayed: false };
  }

  #erase(author: string, seq: number): Outcome {
    const row = this.log[seq - 1];
    if (!row) throw new Refusal({ code: "not_found" });
    if (author !== this.owner && author !== row.author) {
      throw new Refusal({ code: "owner_only" });
    }
    row.content = null;
    return { seqs: [seq], replayed: false };
  }

  #isOnLine(position: number): boolean {
    return position === 0 ||
      this.log.some((row) => row.live && row.position === position);
  }
}

/** Whether a live row is what a rewind that is sent again would make it. */
function isSame(row: Row, { content, client_id, revises }: Sent): boolean {
  if (revises !== undefined) return false;
  if (client_id === undefined) {
    // An erased row without a name may have been anything.
    return row.client_id === null && row.content === content;
  }
  return (client_id === row.client_id || client_id === `id:${row.seq}`) &&
    (row.content === null || row.content === content);
}
