/** Each batch is stored once and whole if it was acknowledged, never if it was refused, and where it was told to be. */
import type { Anomaly } from "../report.ts";
import type { Evidence } from "./check.ts";
import type { Told, Write } from "./history.ts";
import type { StoredConversation, StoredRow } from "./stored.ts";

export function* checkWrites(evidence: Evidence): Generator<Anomaly> {
  const { history, byId } = evidence;
  const found = rowsByText(evidence);
  for (const write of history.writes) {
    yield* checkTold(write, evidence);
    // Of each conversation that holds some of it: one that was deleted and made anew may have been written to twice.
    const rows = write.texts.map((text) => found.get(text) ?? []);
    const counts = rows.map(({ length }) => length);
    const isThere = counts.some((count) => count > 0);
    const wrong = (kind: string, detail: string): Anomaly => ({
      kind,
      detail: `Write ${write.number} to ${write.name} ${detail}`,
      excerpt: [write, ...rows.flat().map(({ row }) => row)],
    });
    if (counts.some((count) => count > 1)) {
      yield wrong("doubled", `is stored ${counts.join(", ")} times.`);
      continue;
    }
    const first = write.told[0];
    if (write.outcome === "done" && first !== undefined) {
      const last = write.told.at(-1)!;
      if (byId.has(last.conversation)) {
        if (
          counts.some((count) => count === 0) && !isErased(last, evidence)
        ) {
          yield wrong("lost", `was acknowledged and is not stored.`);
          continue;
        }
      } else if (!evidence.mayBeDeleted(write.name)) {
        yield wrong("lost", "was acknowledged, and its conversation is gone.");
        continue;
      }
    }
    if (write.outcome === "refused" && isThere) {
      yield wrong(
        "refused but stored",
        `was refused with ${write.code} and is stored.`,
      );
      continue;
    }
    if (!isThere) continue;
    if (counts.some((count) => count === 0)) {
      yield wrong("torn", "is stored in part.");
      continue;
    }
    yield* checkPlaces(write, rows.map(([one]) => one!.row), wrong);
  }
  for (
    const [conversation, batches] of batchesByConversation(evidence, found)
  ) {
    yield* checkOrder(conversation, batches);
  }
}

/** Whether a correction was answered with what it corrects, of which an erasure has left nothing to compare. */
function isErased(
  { conversation, seqs, replayed }: Told,
  { byId }: Evidence,
): boolean {
  const rows = byId.get(conversation)?.rows ?? [];
  return replayed && seqs.every((seq) => rows[seq - 1]?.isErased);
}

type Found = Map<
  string,
  { conversation: StoredConversation; row: StoredRow }[]
>;

/** Rows by what they said, also before they were erased. Forks repeat other conversations, and are not looked at. */
function rowsByText({ history, stored }: Evidence): Found {
  const titles = new Set(history.forks.map(({ title }) => title));
  const found: Found = new Map();
  for (const conversation of stored.conversations) {
    if (titles.has(conversation.title)) continue;
    const known = history.of(conversation.id, conversation.name).rows;
    for (const row of conversation.rows) {
      const text = row.content ?? known.get(row.seq)?.content;
      if (text == null) continue;
      found.set(text, [...found.get(text) ?? [], { conversation, row }]);
    }
  }
  return found;
}

/** Every answer to a write names the same rows, and only the first of them is new. */
function* checkTold(
  write: Write,
  { byId, mayBeDeleted }: Evidence,
): Generator<Anomaly> {
  const { told, repeats, texts } = write;
  const wrong = (kind: string, detail: string): Anomaly => ({
    kind,
    detail: `Write ${write.number} to ${write.name} ${detail}`,
    excerpt: [write],
  });
  for (const answer of told) {
    if (answer.seqs.length !== repeats.length + texts.length) {
      yield wrong(
        "answer",
        `has ${
          repeats.length + texts.length
        } messages, and was answered ${answer.seqs.length}.`,
      );
      return;
    }
    for (const [at, { id, conversation }] of repeats.entries()) {
      if (conversation === answer.conversation && answer.ids[at] !== id) {
        yield wrong(
          "another answer",
          `sent ${id} again and was answered ${answer.ids[at]}.`,
        );
      }
    }
    const stored = byId.get(answer.conversation);
    if (stored === undefined) continue;
    for (const [at, seq] of answer.seqs.entries()) {
      if (stored.rows[seq - 1]?.id !== answer.ids[at]) {
        yield wrong(
          "lost",
          `was told ${answer.ids[at]} at ${seq}, where another row is.`,
        );
      }
    }
    const kept = write.key === undefined
      ? undefined
      : stored.keys.get(write.key);
    if (write.key !== undefined && kept?.join() !== answer.seqs.join()) {
      yield wrong(
        "key",
        `had a key, which stands for ${kept} and not for ${answer.seqs}.`,
      );
    }
  }
  const groups = Map.groupBy(told, ({ conversation }) => conversation);
  if (groups.size > 1 && !mayBeDeleted(write.name)) {
    yield wrong(
      "two conversations",
      `was answered from ${groups.size} conversations.`,
    );
  }
  for (const answers of groups.values()) {
    const same = (told: Told) => told.ids.join() === answers[0]!.ids.join();
    if (!answers.every(same)) {
      yield wrong(
        "another answer",
        "was answered with other rows when it was sent again.",
      );
    }
    if (answers.filter(({ replayed }) => !replayed).length > 1) {
      yield wrong(
        "not replayed",
        "was carried out more than once, by its answers.",
      );
    }
  }
}

/** A batch is contiguous, in its order, and where it asked to be. */
function* checkPlaces(
  write: Write,
  rows: StoredRow[],
  wrong: (kind: string, detail: string) => Anomaly,
): Generator<Anomaly> {
  const [first] = rows;
  if (first === undefined) return;
  if (rows.some(({ seq }, at) => seq !== first.seq + at)) {
    yield wrong("torn", `has seqs ${rows.map(({ seq }) => seq)}.`);
  }
  if (write.expected !== undefined && first.seq !== write.expected + 1) {
    yield wrong(
      "expected_seq",
      `expected ${write.expected} and is at ${first.seq}.`,
    );
  }
  if (write.revises !== undefined) {
    if (first.position !== write.revises) {
      yield wrong(
        "place",
        `revises ${write.revises} and is at position ${first.position}.`,
      );
    }
    return;
  }
  // A correction stands in the place of what it corrects, if that is live.
  if (write.kind === "correct") return;
  if (rows.some(({ seq, position }) => seq !== position)) {
    yield wrong("place", "revises nothing and stands for another position.");
  }
  if (write.after !== undefined && first.parent !== write.after) {
    yield wrong(
      "place",
      `follows ${first.parent}, and asked to follow ${write.after}.`,
    );
  }
  if (
    rows.some(({ parent }, at) => at > 0 && parent !== rows[at - 1]!.position)
  ) {
    yield wrong("place", "is not one line.");
  }
}

/** Where a write's new rows are, and when its client was told. */
interface Batch {
  write: Write;
  first: number;
  last: number;
  toldAt: number;
}

function batchesByConversation(
  { history }: Evidence,
  found: Found,
): Map<StoredConversation, Batch[]> {
  const all = new Map<StoredConversation, Batch[]>();
  for (const write of history.writes) {
    const rows = write.texts.flatMap((text) => found.get(text) ?? []);
    const places = Map.groupBy(rows, ({ conversation }) => conversation);
    for (const [conversation, here] of places) {
      const seqs = here.map(({ row }) => row.seq);
      const told = write.told.find((told) =>
        told.conversation === conversation.id
      );
      all.set(conversation, [...all.get(conversation) ?? [], {
        write,
        first: Math.min(...seqs),
        last: Math.max(...seqs),
        toldAt: told?.endedAt ?? Infinity,
      }]);
    }
  }
  return all;
}

/** Who began after another was told comes after them. */
function* checkOrder(
  { name }: StoredConversation,
  batches: Batch[],
): Generator<Anomaly> {
  const told = batches.toSorted((a, b) => a.toldAt - b.toldAt);
  let next = 0;
  let latest: Batch | undefined;
  const asked = batches.toSorted((a, b) =>
    a.write.startedAt - b.write.startedAt
  );
  for (const batch of asked) {
    for (; (told[next]?.toldAt ?? Infinity) < batch.write.startedAt; next++) {
      if (latest === undefined || told[next]!.last > latest.last) {
        latest = told[next]!;
      }
    }
    if (latest !== undefined && batch.first < latest.last) {
      yield {
        kind: "reordered",
        detail:
          `Write ${batch.write.number} to ${name} is at ${batch.first}, ` +
          `and began after write ${latest.write.number} was told ${latest.last}.`,
        excerpt: [latest.write, batch.write],
      };
    }
  }
}
