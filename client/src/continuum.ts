/** The entry: a project's conversations and files, as one user sees them. */
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
  /** Archived conversations instead of the others. */
  archived?: boolean | undefined;
  /** What `invitations` gives instead. */
  invited?: boolean | undefined;
  /** Only conversations whose continuation id begins with this. */
  prefix?: string | undefined;
  /** Only conversations whose metadata contains this. */
  metadata?: Record<string, unknown> | undefined;
  /** The size of a page, 1 to 100. */
  limit?: number | undefined;
}

export interface SearchOptions extends api.CallOptions {
  /** Only archived conversations, or only others; both if omitted. */
  archived?: boolean | undefined;
  /** The size of a page, 1 to 100. */
  limit?: number | undefined;
}

/** A client. It holds no connection and nothing to be closed. */
export class Continuum {
  readonly files: Files;
  readonly #http: Http;

  constructor(options: ContinuumOptions) {
    this.#http = new Http(projectOf(options), options);
    this.files = new Files(this.#http);
  }

  /** The conversation of that name or `id`; a new name is made if omitted. Sends nothing. */
  conversation(id: string = randomName()): ConversationHandle {
    return new ConversationHandle(this.#http, id);
  }

  /** Your conversations and the shares that you have accepted, newest activity first. */
  list(
    options: ListOptions = {},
  ): Pages<api.ConversationList, api.Conversation> {
    const { archived, invited, prefix, metadata, limit } = options;
    return cursorPages<api.ConversationList, api.Conversation>(
      (cursor) =>
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

  /** Titles and messages that match, best first. What a query may say is in docs/api.md. */
  search(
    query: string,
    options: SearchOptions = {},
  ): Pages<api.SearchAnswer, api.SearchHit> {
    const { archived, limit } = options;
    return cursorPages<api.SearchAnswer, api.SearchHit>(
      (cursor) =>
        this.#http.get(HISTORY, options, { q: query, archived, limit, cursor }),
      ({ hits }) => hits,
    );
  }
}

/** A client for a project: with a supabase-js client, or with its URL, its publishable key and a user's token. */
export function createContinuum(options: ContinuumOptions): Continuum {
  return new Continuum(options);
}
