/** One client of a run: takes the planned steps, one after another, and writes down how they end. */
import type { Actor } from "../../tests/support/actors.ts";
import type { Target } from "../../tests/support/target.ts";
import { call, type CallOptions, type Reply, sleep } from "../call.ts";
import { record } from "../record.ts";
import type { Report } from "../report.ts";
import { rowsOf, snapshotOf } from "./answers.ts";
import type { History, Observation } from "./history.ts";
import type { Step } from "./plan.ts";
import { type Place, type Places, remember, type View } from "./places.ts";
import { readingSteps } from "./reading.ts";
import { writingSteps } from "./writing.ts";

/** What the clients of a run share. */
export interface Shared {
  history: History;
  places: Places;
  report: Report;
  /** The next number of a write. */
  number(): number;
}

export class Client {
  readonly #views = new WeakMap<Place, View>();

  constructor(
    readonly name: string,
    readonly actor: Actor,
    /** Whether it owns the conversations, and so calls them by their names. */
    readonly isOwner: boolean,
    /** The stack as this client reaches it. */
    readonly at: Target,
    readonly shared: Shared,
  ) {}

  async run(plan: Iterable<Step>, over: AbortSignal): Promise<void> {
    for (const step of plan) {
      if (over.aborted) return;
      const place = this.shared.places.at(step.place);
      if (this.addressOf(place) === null) {
        await sleep(100, over);
        continue;
      }
      await (writingSteps[step.kind] ?? readingSteps[step.kind])!(
        this,
        place,
        step,
      );
      await sleep(step.restMs, over);
    }
  }

  /** How this client calls a conversation; null if it cannot yet. */
  addressOf(place: Place): string | null {
    if (this.isOwner) return place.name;
    return place.isShared && place.id !== undefined ? place.id : null;
  }

  viewOf(place: Place): View {
    const view = this.#views.get(place) ??
      { positions: [], lastSeq: 0, rows: [] };
    this.#views.set(place, view);
    return view;
  }

  /** A request about a place. Whatever the API must never answer is reported. */
  async ask(
    kind: string,
    place: Place,
    path: string,
    options: CallOptions & { refusals?: string[] } = {},
  ): Promise<Reply> {
    const reply = await call(this.actor, this.at, path, options);
    const asked = {
      ...options,
      client: this.name,
      kind,
      place: place.name,
      path,
    };
    record(this.shared.report, asked, reply, abridged(reply.body));
    return reply;
  }

  /** Takes in an answer that has a conversation and some of its messages. */
  heed(
    place: Place,
    { body, startedAt, endedAt }: Reply,
    seen: Pick<Observation, "what" | "page">,
  ): void {
    if (body?.conversation == null) return;
    const { conversation, messages } = body;
    const { history, places } = this.shared;
    const rows = rowsOf(messages);
    const snapshot = snapshotOf(conversation);
    history.see(conversation.id, place.name, rows, seen.what, startedAt);
    history.observe(conversation.id, place.name, {
      ...snapshot,
      ...seen,
      client: this.name,
      startedAt,
      endedAt,
      seqs: seen.what === "append" ? [] : rows.map(({ seq }) => seq),
    });
    places.told(place, conversation.id, snapshot.lastSeq);
    const view = this.viewOf(place);
    view.lastSeq = snapshot.lastSeq;
    remember(view, rows);
    if (seen.what === "line") {
      view.positions = rows.map(({ position }) => position);
    } else if (seen.what === "append") {
      view.positions.push(...rows.map(({ position }) => position));
    }
  }
}

/** What an event needs of an answer: the ids and places, not the texts. */
function abridged(body: Reply["body"]): unknown {
  if (body?.conversation == null) {
    return body;
  }
  const { last_seq, head_position, id, updated_at } = body.conversation ?? {};
  return {
    conversation: { id, last_seq, head_position, updated_at },
    replayed: body.replayed,
    has_more: body.has_more,
    messages: body.messages?.map((message: Reply["body"]) => [
      message.seq,
      message.position,
      message.parent_position,
      message.content,
    ]),
  };
}
