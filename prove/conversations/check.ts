/**
 * Holds a run's history against what is stored: nothing acknowledged is lost, nothing is doubled or reordered, and
 * every answer was true at a moment between its question and its arrival.
 */
import type { Anomaly } from "../report.ts";
import { checkForks } from "./check_forks.ts";
import { checkObservations } from "./check_observations.ts";
import { checkWrites } from "./check_writes.ts";
import type { History } from "./history.ts";
import { Log } from "./line.ts";
import type { Stored, StoredConversation } from "./stored.ts";

/** A history and what is stored, by the keys that the checks look things up by. */
export interface Evidence {
  history: History;
  stored: Stored;
  byId: Map<string, StoredConversation>;
  /** The log of a stored conversation, with the contents that erasures took. */
  logOf(id: string): Log;
  /** Whether a conversation may be gone rightly. */
  mayBeDeleted(name: string): boolean;
}

export function evidenceOf(history: History, stored: Stored): Evidence {
  const byId = new Map(stored.conversations.map((c) => [c.id, c]));
  const logs = new Map<string, Log>();
  return {
    history,
    stored,
    byId,
    logOf(id) {
      const log = logs.get(id) ??
        new Log(new Map(byId.get(id)?.rows.map((row) => [row.seq, row])));
      logs.set(id, log);
      return log;
    },
    mayBeDeleted: (name) => history.deletions.has(name),
  };
}

export function* check(history: History, stored: Stored): Generator<Anomaly> {
  const evidence = evidenceOf(history, stored);
  yield* checkStored(evidence);
  yield* checkWrites(evidence);
  yield* checkObservations(evidence);
  yield* checkForks(evidence);
  yield* checkFollowers(evidence);
  yield* checkDeletions(evidence);
}

/** What holds for every conversation, whoever wrote to it. */
function* checkStored(
  { history, stored, logOf }: Evidence,
): Generator<Anomaly> {
  for (const c of stored.conversations) {
    const gap = c.rows.findIndex(({ seq }, at) => seq !== at + 1);
    if (gap >= 0 || c.lastSeq !== c.rows.length) {
      yield {
        kind: "gap",
        detail: `${c.name} has ${c.rows.length} rows, the last is ${
          c.rows.at(-1)?.seq
        }, and last_seq is ${c.lastSeq}.`,
        excerpt: gap >= 0 ? c.rows.slice(Math.max(0, gap - 1), gap + 1) : [],
      };
      continue;
    }
    const line = logOf(c.id).line(c.head, c.lastSeq);
    const live = c.rows.filter((row) => row.live)
      .sort((a, b) => a.position - b.position).map(({ seq }) => seq);
    if (line === null || line.join() !== live.join()) {
      yield {
        kind: "line",
        detail:
          `The line of ${c.name} that ends at ${c.head} is not what is live.`,
        excerpt: [{ head: c.head, line, live }],
      };
    }
    if (c.sizeBytes !== c.rowBytes) {
      yield {
        kind: "size",
        detail:
          `${c.name} records ${c.sizeBytes} bytes, and its rows have ${c.rowBytes}.`,
      };
    }
  }
  for (const { owner, recorded, sum } of stored.wrongUsage) {
    yield {
      kind: "usage",
      detail:
        `${recorded} bytes are recorded for owner ${owner}, whose conversations count for ${sum}.`,
    };
  }
  const named = Map.groupBy(
    stored.conversations,
    ({ owner, name }) => `${owner} ${name}`,
  );
  for (const [name, several] of named) {
    if (several.length > 1) {
      yield {
        kind: "two conversations",
        detail:
          `There are ${several.length} conversations of one owner and name: ${name}.`,
        excerpt: several.map(({ id, lastSeq }) => ({ id, lastSeq })),
      };
    }
  }
  const texts = new Set(history.writes.flatMap((write) => write.texts));
  for (const c of stored.conversations) {
    const strange = c.rows.filter(({ content }) =>
      content !== null && !texts.has(content)
    );
    if (strange.length > 0) {
      yield {
        kind: "from nowhere",
        detail: `${c.name} has rows that nobody appended.`,
        excerpt: strange.slice(0, 3),
      };
    }
  }
}

/** Followers were sent every row once, in order, up to the end: gaps are reported as they are heard. */
function* checkFollowers({ history, byId }: Evidence): Generator<Anomaly> {
  for (const { follower, conversation, seq, owed } of history.followers) {
    const name = byId.get(conversation)?.name ?? conversation;
    if (seq < owed) {
      yield {
        kind: "unheard",
        detail: `${follower} was sent ${seq} of ${owed} messages of ${name}.`,
      };
    }
  }
}

/** A deletion that was told is final, and one that nobody was told of is whole or not at all. */
function* checkDeletions(
  { history, byId, stored }: Evidence,
): Generator<Anomaly> {
  for (const [name, deletions] of history.deletions) {
    for (const { id, doneAt } of deletions) {
      if (id !== undefined && doneAt !== null && byId.has(id)) {
        yield {
          kind: "undeleted",
          detail: `${name} is there after its deletion was told.`,
        };
      }
      if (id === undefined || doneAt === null) continue;
      const later = history.of(id, name).observations
        .find(({ startedAt }) => startedAt > doneAt);
      if (later !== undefined) {
        yield {
          kind: "undeleted",
          detail: `${name} was read after its deletion was told.`,
          excerpt: [later],
        };
      }
    }
  }
  for (const c of stored.conversations) {
    if (c.rows.length === 0 && c.lastSeq > 0) {
      yield {
        kind: "half deleted",
        detail: `${c.name} is there without its ${c.lastSeq} rows.`,
      };
    }
  }
}
