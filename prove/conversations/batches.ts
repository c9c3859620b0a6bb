/** Steps that append: batches, how they are sent, and how they are sent again. */
import { type Reply, sleep } from "../call.ts";
import type { Client } from "./client.ts";
import type { Told, Write } from "./history.ts";
import type { Place } from "./places.ts";
import type { Naming, Step, StepKind } from "./plan.ts";

/** What is special about a batch. */
export interface Batch {
  kind: StepKind;
  naming: Naming;
  after?: number;
  revises?: number;
  expected?: number;
  /** A name that stands for another text so far. */
  corrects?: string;
  /** Rows to send again before the new ones. */
  repeats?: {
    id: string;
    content: string;
    name: string;
    conversation: string;
  }[];
  /** Leaves the conversation's name to the API. */
  isUnnamed?: boolean;
  refusals?: string[];
}

/** What a client may send again as it was. */
export interface Sent {
  write: Write;
  body: Record<string, unknown> & { messages: { content: string }[] };
  headers: Record<string, string>;
  refusals: string[];
}

/** Earlier batches by client and place. */
const sent = new WeakMap<Client, WeakMap<Place, Sent[]>>();

/** Batches that are remembered. */
const REMEMBERED = 30;

export async function append(
  client: Client,
  place: Place,
  step: Step,
  batch: Batch,
): Promise<void> {
  const { shared } = client;
  const number = shared.number();
  const {
    kind,
    naming,
    after,
    revises,
    expected,
    corrects,
    repeats = [],
    isUnnamed,
    refusals = [],
  } = batch;
  const texts = Array.from(
    { length: step.size },
    (_, n) => `${client.name} ${number}.${n}`,
  );
  const isNamed = naming === "ids" || naming === "both";
  const key = naming === "key" || naming === "both"
    ? `key ${number}`
    : undefined;
  const messages = [
    ...repeats.map(({ content, name }) => ({
      role: "user",
      content,
      client_id: name,
    })),
    ...texts.map((content) => ({
      role: "user",
      content,
      ...(isNamed && { client_id: corrects ?? `id of ${content}` }),
      ...(revises !== undefined && { revises }),
    })),
  ];
  const write: Write = {
    number,
    client: client.name,
    kind,
    name: isUnnamed ? `named by ${key}` : place.name,
    texts,
    repeats: repeats.map(({ id, conversation }) => ({ id, conversation })),
    ...(after !== undefined && { after }),
    ...(revises !== undefined && { revises }),
    ...(expected !== undefined && { expected }),
    ...(key !== undefined && { key }),
    isSafe: naming !== "bare",
    startedAt: performance.now(),
    endedAt: Infinity,
    outcome: "unknown",
    told: [],
  };
  shared.history.writes.push(write);
  if (texts.length === 0 && after !== undefined) {
    shared.history.askHead(place.name, after);
  }
  const here: Place = isUnnamed
    ? {
      name: write.name,
      isShared: false,
      // Nobody else comes there.
      isFleeting: true,
      knownAt: Infinity,
    }
    : place;
  const body = {
    ...(isUnnamed ? {} : { continuation_id: client.addressOf(place) }),
    messages,
    ...(after !== undefined && { after_position: after }),
    ...(expected !== undefined && { expected_seq: expected }),
    ...(corrects !== undefined && { on_mismatch: "revise" }),
  };
  const headers: Record<string, string> = key === undefined
    ? {}
    : { "Idempotency-Key": key };
  // A fleeting conversation may be gone, with its positions and its seqs.
  const all = place.isFleeting
    ? [...refusals, "seq_conflict", "position_conflict"]
    : refusals;
  const one = { write, body, headers, refusals: all };
  // Several at once also race to make a conversation that is not there yet.
  const copies =
    write.isSafe && (step.second % 8 === 0 || here.id === undefined) ? 2 : 1;
  await attempt(client, here, one, write.isSafe ? step.tries : 1, copies);
  write.endedAt = performance.now();
  if (isUnnamed) return;
  const earlier = sentBy(client, place);
  earlier.push(one);
  earlier.splice(0, earlier.length - REMEMBERED);
}

/**
 * Sends a batch until its outcome is known, or as often as the client has patience for.
 *
 * @param copies how many requests each try makes at the same time, as networks double them.
 */
export async function attempt(
  client: Client,
  place: Place,
  { write, body, headers, refusals }: Sent,
  tries: number,
  copies = 1,
): Promise<void> {
  const isFirst = write.endedAt === Infinity;
  let mayBeDone = !isFirst && write.outcome !== "refused";
  const ask = () =>
    client.ask(write.kind, place, "conversation-append", {
      json: body,
      headers,
      // Sent again, it may meet what was erased, corrected or deleted since.
      refusals: isFirst && copies === 1 ? refusals : [
        ...refusals,
        "idempotency_mismatch",
        "position_conflict",
        "seq_conflict",
      ],
    });
  for (let n = 0; n < tries; n++) {
    if (n > 0) await sleep(50 * 2 ** n);
    const replies = await Promise.all(Array.from({ length: copies }, ask));
    for (const reply of replies.filter(({ outcome }) => outcome === "done")) {
      write.told.push(toldBy(reply));
      write.outcome = "done";
      client.heed(place, reply, { what: "append" });
    }
    if (write.told.length > 0) return;
    mayBeDone ||= replies.some(({ outcome }) => outcome === "unknown");
    write.outcome = mayBeDone ? "unknown" : "refused";
    const refusal = replies.find(({ outcome, code }) =>
      outcome === "refused" && code !== "rate_limited"
    );
    if (refusal !== undefined) {
      write.code = refusal.code;
      return;
    }
  }
}

function toldBy({ body, endedAt }: Reply): Told {
  return {
    conversation: body.conversation.id,
    seqs: body.messages.map(({ seq }: { seq: number }) => seq),
    ids: body.messages.map(({ id }: { id: string }) => id),
    replayed: body.replayed,
    endedAt,
  };
}

/** A key that is used for another batch is refused, and nothing of that batch is stored. */
export async function sendOtherwise(
  client: Client,
  place: Place,
  step: Step,
): Promise<void> {
  const other = pick(
    sentBy(client, place).filter(({ write }) =>
      write.key !== undefined && write.outcome === "done"
    ),
    step.pick,
  );
  if (other === undefined || place.isFleeting) {
    return await append(client, place, step, { ...step, kind: "append" });
  }
  const number = client.shared.number();
  const write: Write = {
    ...other.write,
    number,
    kind: step.kind,
    texts: [`${client.name} ${number}.0`],
    repeats: [],
    key: undefined,
    startedAt: performance.now(),
    endedAt: Infinity,
    outcome: "unknown",
    told: [],
  };
  client.shared.history.writes.push(write);
  const body = {
    ...other.body,
    messages: [{ role: "user", content: write.texts[0]! }],
  };
  await attempt(client, place, {
    ...other,
    write,
    body,
    refusals: ["idempotency_mismatch"],
  }, step.tries);
  write.endedAt = performance.now();
  if (write.outcome === "done") {
    client.shared.report.anomaly({
      kind: "key",
      detail:
        `Write ${number} used the key of write ${other.write.number} and was not refused.`,
      excerpt: [other.write, write],
    });
  }
}

/** What a client has sent to a place, the newest last. */
export function sentBy(client: Client, place: Place): Sent[] {
  const places = sent.get(client) ?? new WeakMap<Place, Sent[]>();
  sent.set(client, places);
  const batches = places.get(place) ?? [];
  places.set(place, batches);
  return batches;
}

/** One of several, by a number of the plan; undefined if there is none. */
export function pick<T>(from: T[], number: number): T | undefined {
  return from[number % from.length];
}
