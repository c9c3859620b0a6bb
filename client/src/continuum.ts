/** The entry point: conversations and files, as one user sees them. */
import { ConversationHandle } from "./conversation.ts";
import { projectOf, type ProjectOptions } from "./credentials.ts";
import { Files } from "./files.ts";
import { Http, type HttpOptions } from "./http.ts";
import { randomName } from "./names.ts";
import { cursorPages, type Pages } from "./pages.ts";
import { HISTORY } from "./paths.ts";
import type * as api from "./types.ts";

export type ContinuumOptions = ProjectOptions & HttpOptions;

export interface ListOptions extends api.CallOptions {
  /** Lists archived conversations instead of the others. */
  archived?: boolean | undefined;
  /** Lists open invitations instead, like `invitations`. */
  invited?: boolean | undefined;
  /** Only conversations whose continuation id begins with this. */
  prefix?: string | undefined;
  /** Only conversations whose metadata contains this. */
  metadata?: Record<string, unknown> | undefined;
  /** The size of a page, 1 to 100. */
  limit?: number | undefined;
  /** Begins after the page that had this as its `next_cursor`. */
  cursor?: string | undefined;
}

export interface SearchOptions extends api.CallOptions {
  /** true: only archived conversations; false: only the others. Both if omitted. */
  archived?: boolean | undefined;
  /** The size of a page, 1 to 100. */
  limit?: number | undefined;
  /** Begins after the page that had this as its `next_cursor`. */
  cursor?: string | undefined;
}

/** A client. It needs no closing. */
export class Continuum {
  readonly files: Files;
  readonly #http: Http;

  constructor(options: ContinuumOptions) {
    this.#http = new Http(projectOf(options), options);
    this.files = new Files(this.#http);
  }

  /** A handle on the conversation with that name or `id`. A name is generated if omitted. Sends no request. */
  conversation(id: string = randomName()): ConversationHandle {
    return new ConversationHandle(this.#http, id);
  }

  /** Your conversations, and those shared with you that you have accepted, newest activity first. */
  list(
    options: ListOptions = {},
  ): Pages<api.ConversationList, api.Conversation> {
    const { archived, invited, prefix, metadata, limit } = options;
    return cursorPages<api.ConversationList, api.Conversation>(
      (cursor = options.cursor) =>
        this.#http.get(HISTORY, options, {
          archived,
          invited: invited || undefined,
          prefix,
          metadata: metadata && this.#http.stringify(metadata),
          limit,
          cursor,
        }),
      ({ conversations }) => conversations,
    );
  }

  /** Conversations that you are invited to and have neither accepted nor declined. */
  invitations(
    options: ListOptions = {},
  ): Pages<api.ConversationList, api.Conversation> {
    return this.list({ ...options, invited: true });
  }

  /** Searches titles and messages, best match first. docs/reference/api.md explains the syntax of queries. */
  search(
    query: string,
    options: SearchOptions = {},
  ): Pages<api.SearchAnswer, api.SearchHit> {
    const { archived, limit } = options;
    return cursorPages<api.SearchAnswer, api.SearchHit>(
      (cursor = options.cursor) =>
        this.#http.get(HISTORY, options, { q: query, archived, limit, cursor }),
      ({ hits }) => hits,
    );
  }
}

/** Creates a client, from a supabase-js client or from the project's URL, its publishable key and a user's token. */
export function createContinuum(options: ContinuumOptions): Continuum {
  return new Continuum(options);
}
