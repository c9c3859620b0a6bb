/** The conversations that the clients of a run meet in. */
import type { Row } from "./history.ts";

/** A conversation becomes too long to be read whole all the time, and a new one takes its place. */
const LONGEST = 200;

export interface Place {
  name: string;
  /** Once somebody has been told. */
  id?: string;
  /** Whether the other users may address it, by its id. */
  isShared: boolean;
  /** Whether it is deleted now and then. */
  isFleeting: boolean;
  /** When somebody was first told that it is there, by performance.now(). */
  knownAt: number;
}

/** What one client knows of a place. */
export interface View {
  /** Live positions, as far as it has read them. */
  positions: number[];
  lastSeq: number;
  /** Rows with their content, the newest last. */
  rows: Row[];
}

/** Rows that a client remembers, to refer to. */
const REMEMBERED = 60;

/** What becomes of places that are not fleeting. */
export interface Events {
  /** Somebody was told its id. */
  opened(place: Place): void;
  /** Another one has taken its place. */
  closed(place: Place): void;
}

export class Places {
  readonly #tag: string;
  readonly #now: Place[];
  readonly #on: Events;
  #generation = 0;

  constructor(tag: string, shared: number, on: Events) {
    this.#tag = tag;
    this.#on = on;
    this.#now = Array.from(
      { length: shared + 1 },
      (_, n) => this.#make(n === shared),
    );
  }

  get count(): number {
    return this.#now.length;
  }

  at(index: number): Place {
    return this.#now[index]!;
  }

  /** Takes in what somebody was told of a place. */
  told(place: Place, id: string, lastSeq: number): void {
    if (place.id === undefined) {
      place.id = id;
      place.knownAt = performance.now();
      if (!place.isFleeting) this.#on.opened(place);
    }
    const index = this.#now.indexOf(place);
    if (lastSeq < LONGEST || index < 0) return;
    this.#now[index] = this.#make(place.isFleeting);
    if (!place.isFleeting) this.#on.closed(place);
  }

  #make(isFleeting: boolean): Place {
    return {
      name: `${isFleeting ? "fleeting" : "shared"}-${this
        .#generation++}-${this.#tag}`,
      isShared: false,
      isFleeting,
      knownAt: Infinity,
    };
  }
}

export function remember(view: View, rows: Row[]): void {
  view.rows.push(...rows.filter(({ content }) => content !== null));
  view.rows.splice(0, view.rows.length - REMEMBERED);
}
