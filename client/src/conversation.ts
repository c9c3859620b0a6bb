/** One conversation: what can be done with it. */
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
  /** The budget of the model's input. */
  maxTokens: number;
  /** 1 to 2,000, which is the default. */
  maxMessages?: number | undefined;
}

/** A handle: making one sends nothing. A conversation begins to exist with its first append. */
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

  /** Appends a batch, whole or not at all. Sent again as often as needed, it is stored once. */
  append(
    messages: readonly api.MessageInput[],
    options: AppendOptions = {},
  ): Promise<api.AppendAnswer> {
    return appendBatch(this.#http, this.id, messages, options);
  }

  /** Puts `message` in the place of the one at `position`; what follows stays. */
  revise(
    position: number,
    message: api.MessageInput,
    options: AppendOptions = {},
  ): Promise<api.AppendAnswer> {
    return this.append([{ ...message, revises: position }], options);
  }

  /** Ends the live line at `position`; 0 is its start. To go on from there in one step, append with `afterPosition`. */
  rewind(
    position: number,
    options: AppendOptions = {},
  ): Promise<api.AppendAnswer> {
    return this.append([], { ...options, afterPosition: position });
  }

  /** The conversation, null if you see none, and the ETag that `update` takes as `ifMatch`. */
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

  /** The messages, oldest first. */
  messages(
    options: MessagesOptions = {},
  ): Pages<api.Page, api.Message> {
    return messagePages(this.#http, this.#url, options);
  }

  /** One message by its seq or id, live or not. */
  message(
    message: number | string,
    options?: api.CallOptions,
  ): Promise<api.Message> {
    return this.#http.get(this.#messageUrl(message), options);
  }

  /** The newest messages that fit a model's budget, in the order to send them. */
  context(
    options: ContextOptions,
  ): Promise<api.Context> {
    return this.#http.get(`${this.#url}/context`, options, {
      max_tokens: options.maxTokens,
      max_messages: options.maxMessages,
    });
  }

  /** Every message of the log after a seq, then those to come, until the signal is aborted or the loop is left. */
  async *follow(
    options: FollowOptions = {},
  ): AsyncGenerator<api.Message, void, undefined> {
    // Loaded when it is needed, as uploads are.
    const { follow } = await import("./follow.ts");
    yield* follow(this.#http, `${this.#url}/follow`, options);
  }

  /** All that is stored of it, as a stream. */
  export(options: api.CallOptions = {}): Export {
    return new Export(this.#http, this.#url, options);
  }

  /** The lines that `update({ headPosition })` can go back to, newest first. Reads the whole log. */
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

  /** A conversation of your own that begins as this one. */
  fork(options: ForkOptions = {}): Promise<api.Conversation> {
    return forkConversation(this.#http, this.#url, options);
  }

  /** Changes the title, metadata, expiry, or which branch is live. */
  update(
    change: Change,
    options: api.CallOptions & { ifMatch?: string | undefined } = {},
  ): Promise<api.Conversation> {
    return changeConversation(this.#http, this.#url, change, options);
  }

  /** Accepts an invitation to it; it must be addressed by its `id`. It is then in your list and search. */
  accept(options?: api.CallOptions): Promise<api.Member> {
    return this.members.accept(options);
  }

  /** Declines an invitation to it, or leaves it. */
  decline(options?: api.CallOptions): Promise<void> {
    return this.members.remove("me", options);
  }

  /** Empties a message for good; its row stays. Null if that cannot be told, since an answer was lost. */
  erase(
    message: number | string,
    options?: api.CallOptions,
  ): Promise<api.Message | null> {
    return this.#http.remove(this.#messageUrl(message), options);
  }

  /**
   * Deletes the conversation for good. Null if it was there and is gone, but not by the last try: an earlier one,
   * whose answer was lost, has deleted it.
   *
   * It is deleted by its `id`, so that a repeated try cannot meet another conversation with the same name.
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
