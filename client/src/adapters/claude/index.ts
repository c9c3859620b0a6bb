/**
 * A store for sessions of the Claude Agent SDK in Continuum.
 *
 * ```ts
 * const sessionStore = new ContinuumSessionStore({ continuum });
 * for await (const message of query({ prompt, options: { sessionStore } })) { … }
 * ```
 */
import type { Continuum } from "../../continuum.ts";
import { deleteConversation } from "../shared/deleting.ts";
import { conversationOf, type Session, sessionsOf } from "./sessions.ts";
import { summaryOf } from "./summaries.ts";
import { Appender, entriesOf } from "./transcript.ts";
import type {
  FoldSummary,
  SessionKey,
  SessionStoreEntry,
  SessionSummaryEntry,
} from "./types.ts";

export type * from "./types.ts";

export interface ContinuumSessionStoreOptions {
  continuum: Continuum;
  /**
   * The SDK's `foldSessionSummary`. With it, lists of sessions have their summaries from the store, which keeps them
   * in the conversations' metadata. Without it, the SDK loads each session instead.
   */
  foldSummary?: FoldSummary | undefined;
  /** Sessions are deleted after so many seconds without activity. They are kept if omitted. */
  ttlSeconds?: number | undefined;
}

/** Keeps each transcript in a conversation. */
export class ContinuumSessionStore {
  /** Summaries of a project's sessions. Present only if the store was given `foldSummary`. */
  readonly listSessionSummaries?: (
    projectKey: string,
  ) => Promise<SessionSummaryEntry[]>;
  readonly #continuum: Continuum;
  readonly #appender: Appender;

  constructor(
    { continuum, foldSummary, ttlSeconds }: ContinuumSessionStoreOptions,
  ) {
    this.#continuum = continuum;
    this.#appender = new Appender(continuum, ttlSeconds);
    if (foldSummary !== undefined) {
      this.listSessionSummaries = async (projectKey) => {
        const sessions = await this.#sessions({ projectKey });
        const main = sessions.filter(({ key }) => key.subpath === undefined);
        return await Promise.all(
          main.map((session) => summaryOf(continuum, session, foldSummary)),
        );
      };
    }
  }

  /** Appends entries in order. One whose `uuid` is stored already replaces it, so a repeated call stores nothing twice. */
  async append(key: SessionKey, entries: SessionStoreEntry[]): Promise<void> {
    if (entries.length > 0) await this.#appender.append(key, entries);
  }

  /** All entries, or null if there are none. */
  async load(key: SessionKey): Promise<SessionStoreEntry[] | null> {
    const conversation = await conversationOf(this.#continuum, key);
    const entries = await entriesOf(conversation);
    return entries.length > 0 ? entries : null;
  }

  /** The sessions of a project, those used last first. */
  async listSessions(
    projectKey: string,
  ): Promise<{ sessionId: string; mtime: number }[]> {
    const sessions = await this.#sessions({ projectKey });
    return sessions.filter(({ key }) => key.subpath === undefined)
      .map(({ key, mtime }) => ({ sessionId: key.sessionId, mtime }));
  }

  /** The `subpath`s of the transcripts that belong to a session. */
  async listSubkeys(
    { projectKey, sessionId }: Omit<SessionKey, "subpath">,
  ): Promise<string[]> {
    const sessions = await this.#sessions({ projectKey, sessionId });
    return sessions.flatMap(({ key }) => key.subpath ?? []);
  }

  /** Deletes a transcript. With that of a session, those that belong to it. */
  async delete(key: SessionKey): Promise<void> {
    const { projectKey, sessionId, subpath } = key;
    const subpaths = subpath === undefined
      ? await this.listSubkeys({ projectKey, sessionId })
      : [];
    // The session's own last: whoever repeats a deletion that was cut finds the others by it.
    const keys = [...subpaths.map((subpath) => ({ ...key, subpath })), key];
    for (const each of keys) {
      await deleteConversation(await conversationOf(this.#continuum, each));
    }
  }

  #sessions(key: Partial<SessionKey>): Promise<Session[]> {
    return sessionsOf(this.#continuum, key);
  }
}
