/** Follows a conversation over connections that break, and expects every row once and in order. */
import { open } from "../../tests/follow/reading.ts";
import type { Actor } from "../../tests/support/actors.ts";
import type { Target } from "../../tests/support/target.ts";
import { call, sleep } from "../call.ts";
import type { Report } from "../report.ts";
import { rowsOf } from "./answers.ts";
import type { Heard, History } from "./history.ts";

export type Transport = "events" | "answers";

/** A connection that says nothing for longer is dead: heartbeats are not seen here, so this is rather a new one. */
const SILENCE_MS = 20_000;

export class Follower {
  readonly heard: Heard;
  readonly #enough = new AbortController();
  #isRetired = false;

  constructor(
    name: string,
    readonly actor: Actor,
    readonly at: Target,
    readonly transport: Transport,
    readonly place: { id: string; name: string },
    readonly history: History,
    readonly report: Report,
  ) {
    this.heard = {
      follower: `${name} of ${place.name}`,
      conversation: place.id,
      seq: 0,
      owed: 0,
    };
    history.followers.push(this.heard);
  }

  /** Lets it go once it has all up to a seq: nobody writes there any more. */
  retire(lastSeq: number): void {
    this.heard.owed = lastSeq;
    this.#isRetired = true;
    if (this.heard.seq >= lastSeq) this.#enough.abort();
  }

  /** Follows until aborted or retired, coming back after each break. */
  async run(end: AbortSignal): Promise<void> {
    const over = AbortSignal.any([end, this.#enough.signal]);
    while (!over.aborted) {
      try {
        if (this.transport === "events") await this.#readEvents(over);
        else await this.#ask(over);
      } catch {
        this.report.count("follow: broken");
      }
      await sleep(200, over);
    }
  }

  async #readEvents(over: AbortSignal): Promise<void> {
    const askedAt = performance.now();
    const silent = new AbortController();
    let timer = setTimeout(() => silent.abort(), SILENCE_MS);
    try {
      await using followed = await open(this.actor, this.place.id, {
        at: this.at,
        headers: { "Last-Event-ID": String(this.heard.seq) },
        signal: AbortSignal.any([over, silent.signal]),
      });
      if (!followed.response.ok) return;
      for (
        let event = await followed.next();
        event !== null;
        event = await followed.next()
      ) {
        clearTimeout(timer);
        timer = setTimeout(() => silent.abort(), SILENCE_MS);
        this.report.count(`follow: ${event.event}`);
        if (event.event === "message") this.#take(event.data, askedAt);
        if (event.event === "head") this.#takeHead(event.data, askedAt);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #ask(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const query = `after=${this.heard.seq}&wait=5`;
      const reply = await call(
        this.actor,
        this.at,
        `conversation-history/${this.place.id}/follow?${query}`,
      );
      if (reply.outcome !== "done") return;
      this.report.count("follow: answer");
      for (const message of reply.body.messages) {
        this.#take(message, reply.startedAt);
      }
      if (reply.body.up_to_date) this.#takeHead(reply.body, reply.startedAt);
    }
  }

  // deno-lint-ignore no-explicit-any -- a message as it was sent
  #take(message: any, askedAt: number): void {
    const { seq } = message;
    if (seq !== this.heard.seq + 1) {
      this.report.anomaly({
        kind: "followed wrongly",
        detail:
          `${this.heard.follower} was sent ${seq} after ${this.heard.seq}.`,
        excerpt: [{ expected: this.heard.seq + 1, sent: rowsOf([message])[0] }],
      });
    }
    this.heard.seq = seq;
    if (this.#isRetired && seq >= this.heard.owed) this.#enough.abort();
    const { id, name } = this.place;
    this.history.see(id, name, rowsOf([message]), this.heard.follower, askedAt);
  }

  #takeHead(
    { head_position, last_seq }: { head_position: number; last_seq: number },
    askedAt: number,
  ): void {
    const { id, name } = this.place;
    if (last_seq < this.heard.seq) {
      this.report.anomaly({
        kind: "followed wrongly",
        detail:
          `${this.heard.follower} was told an end at ${last_seq} after seq ${this.heard.seq}.`,
      });
    }
    this.history.observe(id, name, {
      what: "follow",
      client: this.heard.follower,
      lastSeq: last_seq,
      head: head_position,
      version: null,
      startedAt: askedAt,
      endedAt: performance.now(),
      seqs: [],
    });
  }
}
