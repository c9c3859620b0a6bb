/** All that can be done with one conversation. */
import { appendBatch, type AppendOptions } from "./append.ts";
import { branchesOf } from "./branches.ts";
import { type Change, changeConversation } from "./change.ts";
import { Export } from "./export.ts";
import { ConversationFiles } from "./files.ts";
import type { FollowOptions } from "./follow.ts";
import { forkConversation, type ForkOptions } from "./fork.ts";
import { messagePages, type MessagesOptions } from "./history.ts";
import type { Http } from "./http.ts";
import { Members } from "./members.ts";
import { HISTORY, segment } from "./paths.ts";
import type { Pages } from "./pages.ts";
import type * as api from "./types.ts";

export interface ContextOptions extends api.CallOptions {
  /** The token budget of the model's input. */
  maxTokens: number;
  /** 1 to 2,000. The default is 2,000. */
  maxMessages?: number | undefined;
}

/** A handle on a conversation. Creating a handle sends no request: the first append creates the conversation. */
export class ConversationHandle {
  /** Your own name for the conversation, or its `id`. */
  readonly id: string;
  readonly members: Members;
  readonly files: ConversationFiles;
  readonly #http: Http;
  readonly #url: string;

  constructor(http: Http, id: string) {
    this.id = id;
    this.#http = http;
    this.#url = `${HISTORY}/${segment(id)}`;
    this.members = new Members(http, this.#url);
    this.files = new ConversationFiles(http, id, this.#url);
  }

  /** Appends messages, all or none of them. Retries never store a message twice. */
  append(
    messages: readonly api.MessageInput[],
    options: AppendOptions = {},
  ): Promise<api.AppendAnswer> {
    return appendBatch(this.#http, this.id, messages, options);
  }

  /** Replaces the message at `position`. The messages after it stay. */
  revise(
    position: number,
    message: api.MessageInput,
    options: AppendOptions = {},
  ): Promise<api.AppendAnswer> {
    return this.append([{ ...message, revises: position }], options);
  }

  /** Ends the live line at `position`; 0 empties it. To append in the same step, use `append` with `afterPosition`. */
  rewind(
    position: number,
    options: AppendOptions = {},
  ): Promise<api.AppendAnswer> {
    return this.append([], { ...options, afterPosition: position });
  }

  /** The conversation, or null if you cannot see one, and the ETag to pass to `update` as `ifMatch`. */
  async get({ signal }: api.CallOptions = {}): Promise<
    { conversation: api.Conversation | null; etag: string }
  > {
    return await this.#http.send(
      { url: this.#url, query: { limit: 1 }, signal },
      async (response) => {
        const { conversation } = await this.#http.read(response);
        return { conversation, etag: response.headers.get("ETag") ?? "" };
      },
    );
  }

  /** The messages, oldest first unless `newestFirst` is set. */
  messages(
    options: MessagesOptions = {},
  ): Pages<api.Page, api.Message> {
    return messagePages(this.#http, this.#url, options);
  }

  /** One message by its seq or id, even if it is not on the live line. */
  message(
    message: number | string,
    options?: api.CallOptions,
  ): Promise<api.Message> {
    return this.#http.get(this.#messageUrl(message), options);
  }

  /** The newest messages that fit a model's token budget, oldest first. */
  context(
    options: ContextOptions,
  ): Promise<api.Context> {
    return this.#http.get(`${this.#url}/context`, options, {
      max_tokens: options.maxTokens,
      max_messages: options.maxMessages,
    });
  }

  /** The messages of the log, then new ones as they are appended, until you leave the loop or abort the signal. */
  async *follow(
    options: FollowOptions = {},
  ): AsyncGenerator<api.Message, void, undefined> {
    // Loaded on first use, like uploads.
    const { follow } = await import("./follow.ts");
    yield* follow(this.#http, `${this.#url}/follow`, options);
  }

  /** Everything that is stored of the conversation, as a stream. */
  export(options: api.CallOptions = {}): Export {
    return new Export(this.#http, this.#url, options);
  }

  /** The branches that `update({ headPosition })` can switch to, newest first. Reads the whole log. */
  async branches({ signal }: api.CallOptions = {}): Promise<api.Branch[]> {
    const rows: api.Message[] = [];
    let head = 0;
    const log = this.messages({ view: "log", limit: 500, signal });
    for await (const page of log.pages()) {
      rows.push(...page.messages);
      head = page.conversation?.head_position ?? 0;
    }
    return branchesOf(rows, head);
  }

  /** Copies the conversation up to a position, as one of your own. */
  fork(options: ForkOptions = {}): Promise<api.Conversation> {
    return forkConversation(this.#http, this.#url, options);
  }

  /** Changes the title, metadata or expiry, archives the conversation, or switches its branch. */
  update(
    change: Change,
    options: api.CallOptions & { ifMatch?: string | undefined } = {},
  ): Promise<api.Conversation> {
    return changeConversation(this.#http, this.#url, change, options);
  }

  /** Accepts an invitation, so that the conversation is in your list and search. Its handle must have its `id`. */
  accept(options?: api.CallOptions): Promise<api.Member> {
    return this.members.accept(options);
  }

  /** Declines an invitation, or leaves the conversation. */
  decline(options?: api.CallOptions): Promise<void> {
    return this.members.remove("me", options);
  }

  /** Deletes the content of a message permanently. Null if an earlier try did it, whose response was lost. */
  erase(
    message: number | string,
    options?: api.CallOptions,
  ): Promise<api.Message | null> {
    return this.#http.remove(this.#messageUrl(message), options);
  }

  /**
   * Deletes the conversation permanently. Null if an earlier try did it, whose response was lost.
   *
   * The request names the conversation's `id`, so that a retry cannot delete a new conversation of the same name.
   */
  async delete(
    options?: api.CallOptions,
  ): Promise<api.DeletedConversation | null> {
    const { conversation } = await this.get(options);
    return await this.#http.remove(
      `${HISTORY}/${segment(conversation?.id ?? this.id)}`,
      options,
      { wasThere: conversation !== null, patience: 3 },
    );
  }

  #messageUrl(message: number | string): string {
    return `${this.#url}/messages/${segment(message)}`;
  }
}
