/** A fork is what the line of its source was, up to the position that was asked for, at one moment. */
import type { Anomaly } from "../report.ts";
import type { Evidence } from "./check.ts";
import type { Fork } from "./history.ts";
import type { StoredConversation } from "./stored.ts";

export function* checkForks(evidence: Evidence): Generator<Anomaly> {
  const { history, stored, byId } = evidence;
  const byTitle = Map.groupBy(stored.conversations, ({ title }) => title);
  for (const fork of history.forks) {
    const found = byTitle.get(fork.title) ?? [];
    const wanted = { done: [1], refused: [0], unknown: [0, 1] }[fork.outcome];
    if (!wanted.includes(found.length)) {
      yield {
        kind: fork.outcome === "done" ? "lost" : "doubled",
        detail:
          `The fork ${fork.title} (${fork.outcome}) is there ${found.length} times.`,
        excerpt: [fork],
      };
      continue;
    }
    const [copy] = found;
    const source = byId.get(fork.source);
    if (copy === undefined || source === undefined) continue;
    if (!isCopy(fork, copy, source, evidence)) {
      yield {
        kind: "fork",
        detail:
          `The fork ${fork.title} is not what its source was up to ${fork.through} at any moment.`,
        excerpt: [
          fork,
          copy.rows.map(({ seq, content }) => ({ seq, content })),
        ],
      };
    }
  }
}

function isCopy(
  { through, startedAt }: Fork,
  copy: StoredConversation,
  source: StoredConversation,
  { history, logOf }: Evidence,
): boolean {
  const known = history.of(source.id, source.name);
  const contentOf = (seq: number) =>
    source.rows[seq - 1]?.content ?? known.rows.get(seq)?.content;
  const told = known.observations.filter(({ endedAt }) => endedAt < startedAt);
  const least = told.reduce((most, { lastSeq }) => Math.max(most, lastSeq), 0);
  for (
    let lastSeq = Math.max(least, through);
    lastSeq <= source.lastSeq;
    lastSeq++
  ) {
    const line = logOf(source.id).line(through, lastSeq);
    const isSame = line?.length === copy.rows.length &&
      copy.rows.every(({ content, isErased }, at) =>
        isErased || content === contentOf(line[at]!)
      );
    if (isSame) return true;
  }
  return false;
}
