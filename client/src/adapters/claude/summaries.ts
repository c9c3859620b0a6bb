/**
 * Summaries of sessions. They are brought up to date when they are asked for, from the entries that were appended
 * since, so that an append stays one request.
 */
import type { Continuum } from "../../continuum.ts";
import { escaped, restored } from "../shared/exact_json.ts";
import type { Session } from "./sessions.ts";
import { entriesOf } from "./transcript.ts";
import type { FoldSummary, SessionSummaryEntry } from "./types.ts";

/** A summary whose JSON has more characters is not kept. */
const MOST_CHARACTERS = 30_000;

/** What is kept: a summary as JSON, and the last seq that it has seen. */
interface KeptSummary {
  seq: number;
  json: string;
}

export async function summaryOf(
  continuum: Continuum,
  { key, mtime, conversation: { id, last_seq, metadata } }: Session,
  foldSummary: FoldSummary,
): Promise<SessionSummaryEntry> {
  const { sessionId } = key;
  const kept = metadata.claude_summary as KeptSummary | undefined;
  const previous = kept && {
    sessionId,
    mtime,
    data: restored(JSON.parse(kept.json)) as Record<string, unknown>,
  };
  if (previous !== undefined && kept?.seq === last_seq) return previous;
  const conversation = continuum.conversation(id);
  const entriesAfter = (after?: number) =>
    entriesOf(conversation, { after, before: last_seq + 1 });
  let data: SessionSummaryEntry["data"];
  try {
    const entries = await entriesAfter(kept?.seq);
    ({ data } = foldSummary(previous, key, entries, { mtime }));
  } catch (error) {
    if (previous === undefined) throw error;
    // What is kept was made between the pieces of an entry.
    const entries = await entriesAfter();
    ({ data } = foldSummary(undefined, key, entries, { mtime }));
  }
  const json = JSON.stringify(escaped(data));
  if (json.length <= MOST_CHARACTERS) {
    const claude_summary: KeptSummary = { seq: last_seq, json };
    // Only saves the next list work.
    await conversation.update({ metadata: { claude_summary } }).catch(() => {});
  }
  return { sessionId, mtime, data };
}
