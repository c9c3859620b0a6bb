/** What the Claude Agent SDK asks of a store of sessions. Described here so that the package does not depend on the SDK. */

/** Names a transcript: that of a session, or with a `subpath` one that belongs to it. */
export interface SessionKey {
  projectKey: string;
  sessionId: string;
  subpath?: string;
}

/** A line of a transcript. */
export interface SessionStoreEntry {
  type: string;
  uuid?: string;
  timestamp?: string;
  [member: string]: unknown;
}

export interface SessionSummaryEntry {
  sessionId: string;
  /** When the session was last appended to, in milliseconds since 1970. */
  mtime: number;
  data: Record<string, unknown>;
}

/** The SDK's `foldSessionSummary`. */
export type FoldSummary = (
  previous: SessionSummaryEntry | undefined,
  key: SessionKey,
  entries: SessionStoreEntry[],
  options?: { mtime?: number },
) => SessionSummaryEntry;
