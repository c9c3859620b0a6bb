/** Every answer was true at one moment between its question and its arrival, and no answer goes back behind another. */
import type { Anomaly } from "../report.ts";
import type { Evidence } from "./check.ts";
import type { History, Known, Observation } from "./history.ts";
import type { Log } from "./line.ts";
import type { StoredConversation } from "./stored.ts";

export function* checkObservations(evidence: Evidence): Generator<Anomaly> {
  for (const known of evidence.history.conversations) {
    const stored = evidence.byId.get(known.id);
    // Of one that was deleted, the log is what was seen of it, which may have holes.
    if (stored === undefined) {
      if (!evidence.mayBeDeleted(known.name)) {
        yield {
          kind: "lost",
          detail: `${known.name} (${known.id}) was seen and is gone.`,
        };
      }
      continue;
    }
    yield* checkRows(known, stored);
    yield* checkVersions(known);
    yield* checkErasures(known, stored);
    const log = evidence.logOf(known.id);
    for (const observation of known.observations) {
      yield* checkOne(observation, known, log, evidence.history);
    }
  }
}

/** What anybody has seen of the log is what is stored. */
function* checkRows(
  known: Known,
  stored: StoredConversation,
): Generator<Anomaly> {
  for (const row of known.rows.values()) {
    const there = stored.rows[row.seq - 1];
    const isSame = there !== undefined && there.id === row.id &&
      there.position === row.position &&
      there.parent === row.parent &&
      (there.content === row.content || there.isErased);
    if (!isSame) {
      yield {
        kind: "lost",
        detail:
          `Seq ${row.seq} of ${known.name} was seen and is stored otherwise.`,
        excerpt: [row, there],
      };
    }
  }
}

/** Versions order the states of a conversation: none is older than what was told before its question. */
function* checkVersions(known: Known): Generator<Anomaly> {
  const versioned = known.observations.filter(({ version }) =>
    version !== null
  ) as (Observation & { version: number })[];
  const ascending = versioned.toSorted((a, b) => a.version - b.version);
  for (const [at, later] of ascending.entries()) {
    const earlier = ascending[at - 1];
    if (earlier === undefined) continue;
    const isSame = later.version === earlier.version;
    if (
      later.lastSeq < earlier.lastSeq ||
      (isSame &&
        (later.lastSeq !== earlier.lastSeq || later.head !== earlier.head))
    ) {
      yield {
        kind: "went back",
        detail:
          `${known.name} was at ${earlier.lastSeq} and then, by its version, at ${later.lastSeq}.`,
        excerpt: [earlier, later],
      };
    }
  }
  const told = versioned.toSorted((a, b) => a.endedAt - b.endedAt);
  let next = 0;
  let newest: Observation & { version: number } | undefined;
  for (const asked of versioned.toSorted((a, b) => a.startedAt - b.startedAt)) {
    for (; (told[next]?.endedAt ?? Infinity) < asked.startedAt; next++) {
      if (newest === undefined || told[next]!.version > newest.version) {
        newest = told[next];
      }
    }
    if (newest !== undefined && asked.version < newest.version) {
      yield {
        kind: "stale",
        detail:
          `${asked.client} was answered an older state of ${known.name} than ${newest.client} was told before.`,
        excerpt: [newest, asked],
      };
    }
  }
}

/** What was erased is erased, and what nobody asked to erase is not. */
function* checkErasures(
  known: Known,
  stored: StoredConversation,
): Generator<Anomaly> {
  for (const { seq, doneAt } of known.erasures) {
    if (doneAt !== null && stored.rows[seq - 1]?.isErased === false) {
      yield {
        kind: "not erased",
        detail:
          `Seq ${seq} of ${known.name} is there after its erasure was told.`,
      };
    }
  }
  const asked = new Set(known.erasures.map(({ seq }) => seq));
  const taken = stored.rows.find(({ seq, isErased }) =>
    isErased && !asked.has(seq)
  );
  // A fork copies what was erased.
  if (taken !== undefined && !known.name.startsWith("fork")) {
    yield {
      kind: "lost",
      detail:
        `Seq ${taken.seq} of ${known.name} is erased, which nobody asked for.`,
      excerpt: [taken],
    };
  }
}

function* checkOne(
  seen: Observation,
  known: Known,
  log: Log,
  history: History,
): Generator<Anomaly> {
  const wrong = (
    kind: string,
    detail: string,
    excerpt: unknown[] = [],
  ): Anomaly => ({
    kind,
    detail: `${seen.client} was answered ${detail}`,
    excerpt: [{ conversation: known.name, ...seen }, ...excerpt],
  });
  if (seen.what === "log") {
    const { first, last, hasMore } = pageOfLog(seen);
    const isPage = seen.seqs.length === Math.max(0, last - first + 1) &&
      seen.seqs.every((seq, at) => seq === first + at);
    if (!isPage || hasMore !== seen.page?.hasMore) {
      yield wrong(
        "gap",
        `a log of ${known.name} that is not seqs ${first} to ${last}.`,
      );
    }
    return;
  }
  const line = log.line(seen.head, seen.lastSeq);
  if (line === null) {
    yield wrong("line", `a head of ${known.name} that no line ends at.`);
    return;
  }
  if (!isJustified(seen, known.name, log, history)) {
    yield wrong(
      "head",
      `that the line of ${known.name} ends at ${seen.head}, which nobody asked for.`,
    );
  }
  if (seen.what === "context") {
    // Contexts leave out what is erased, which it may not have been yet.
    const kept = line.filter((seq) =>
      !log.isErased(seq) || seen.seqs.includes(seq)
    );
    if (
      kept.slice(kept.length - seen.seqs.length).join() !== seen.seqs.join()
    ) {
      yield wrong(
        "line",
        `a context of ${known.name} that is not the end of its line.`,
        [{ line: kept }],
      );
    }
  }
  if (seen.what === "line" && seen.page !== undefined) {
    const { seqs, hasMore } = pageOf(line, seen.page, log);
    if (seqs.join() !== seen.seqs.join() || hasMore !== seen.page.hasMore) {
      yield wrong("line", `a page of ${known.name} that is not of its line.`, [{
        expected: seqs,
        hasMore,
      }]);
    }
  }
}

/** The seqs of a page of a log, as the API defines it. */
function pageOfLog({ lastSeq, page }: Observation) {
  const { after, before = Infinity, limit = Infinity } = page ?? {};
  const [lowest, highest] = [(after ?? 0) + 1, Math.min(lastSeq, before - 1)];
  const hasMore = highest - lowest + 1 > limit;
  if (!hasMore) return { first: lowest, last: highest, hasMore };
  return after !== undefined
    ? { first: lowest, last: lowest + limit - 1, hasMore }
    : { first: highest - limit + 1, last: highest, hasMore };
}

/** The page of a line, as the API defines it. */
function pageOf(
  line: number[],
  { after, before, limit }: NonNullable<Observation["page"]>,
  log: Log,
): { seqs: number[]; hasMore: boolean } {
  const within = line.filter((seq) => {
    const position = log.positionOf(seq);
    return position > (after ?? 0) && position < (before ?? Infinity);
  });
  const seqs = after !== undefined
    ? within.slice(0, limit)
    : within.slice(-limit);
  return { seqs, hasMore: within.length > limit };
}

/** A line ends where the newest row was appended, or where somebody has asked it to end by then. */
function isJustified(
  { head, lastSeq, endedAt }: Observation,
  name: string,
  log: Log,
  history: History,
): boolean {
  return head === log.headAfter(lastSeq) ||
    (history.heads.get(name) ?? []).some((asked) =>
      asked.head === head && asked.startedAt < endedAt
    );
}
