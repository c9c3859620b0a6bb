/** A chat of the AI SDK that is kept as a conversation. */
import type { UIMessage } from "ai";
import type { Continuum } from "../../continuum.ts";
import type { ConversationHandle } from "../../conversation.ts";
import { ContinuumError } from "../../error.ts";
import type { CallOptions, Message, MessageInput } from "../../types.ts";
import { appendAnew, type RowFor } from "../shared/append_anew.ts";
import { batches } from "../shared/batches.ts";
import { isConflict } from "../shared/conflicts.ts";
import { type FilesAs, MessageFiles } from "../shared/message_files.ts";
import { withRestoredFiles, withStoredFiles } from "./files.ts";
import { readLine } from "./line.ts";
import {
  type Entry,
  isContinuation,
  type Plan,
  planFor,
  reads,
  requireIds,
} from "./plan.ts";
import {
  type ChatRequest,
  isOlderThan,
  messagesOf,
  rewrites,
} from "./request.ts";
import { messageOf, rowOf, wasStopped } from "./row.ts";

export interface LoadOptions extends CallOptions {
  /** How many of the newest messages to load. All if omitted. */
  last?: number | undefined;
  /**
   * How files are given back that were too large for their message: `data`, the default, as the data URLs that they
   * were; `link`, as URLs that work for an hour.
   */
  files?: FilesAs | undefined;
}

export interface OpenOptions extends LoadOptions {
  /** Data URLs with more characters than this are stored as files. The default is 65,536. */
  inlineBytes?: number | undefined;
  /** Used only if the chat is new, like `metadata` and `ttlSeconds`. */
  title?: string | undefined;
  metadata?: Record<string, unknown> | undefined;
  ttlSeconds?: number | undefined;
}

/** What `onEnd` of `toUIMessageStream` is given, as far as it is used here. */
export interface Answer<M extends UIMessage> {
  responseMessage: M;
  isAborted?: boolean;
  isCancelled?: boolean;
}

const INLINE_BYTES = 65_536;

/** How often a change is tried that does not conflict with what others have written meanwhile. */
const TRIES = 4;

/** How many messages are read at once, if those that were asked for are not enough. */
const MORE = 500;

/**
 * The messages of a chat as they are stored, and the changes to them. Writes are refused with `seq_conflict` if the
 * conversation has changed in a way that the screen cannot know of.
 */
export class StoredChat<M extends UIMessage = UIMessage> {
  readonly #handle: ConversationHandle;
  readonly #options: OpenOptions;
  readonly #files: MessageFiles;
  #entries: Entry<M>[] = [];
  #hasEarlier = false;
  #lastSeq = 0;
  #head = 0;
  #continued: string | undefined;

  /** `openChat` makes it and loads its messages. */
  constructor(continuum: Continuum, chatId: string, options: OpenOptions) {
    const { files = "data", inlineBytes = INLINE_BYTES } = options;
    this.#handle = continuum.conversation(chatId);
    this.#options = options;
    this.#files = new MessageFiles(continuum, files, inlineBytes);
  }

  /** The loaded messages, oldest first. */
  get messages(): M[] {
    return this.#entries.flatMap(({ message }) => message ?? []);
  }

  /**
   * What to pass to `toUIMessageStream`, after `receive`: the messages up to the one that the answer continues, or
   * all of them.
   */
  get originalMessages(): M[] {
    const { messages } = this;
    const at = messages.findIndex(({ id }) => id === this.#continued);
    return at === -1 ? messages : messages.slice(0, at + 1);
  }

  /** Where the messages before the loaded ones end, to pass to `loadMessages` as `before`; null if there are none. */
  get earlier(): number | null {
    return this.#hasEarlier ? this.#entries[0]?.row.position ?? null : null;
  }

  /** The last seq of the log that is known. `follow({ after })` goes on from there. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Reads the messages again. */
  async reload(options: CallOptions & { before?: number } = {}): Promise<void> {
    const { conversation, rows, hasEarlier } = await readLine(this.#handle, {
      last: this.#options.last ?? Infinity,
      ...options,
    });
    this.#entries = await this.#entriesOf(rows, options);
    this.#hasEarlier = hasEarlier;
    this.#lastSeq = conversation?.last_seq ?? 0;
    this.#head = conversation?.head_position ?? 0;
  }

  /**
   * Stores what the user has done on the screen: a new message, an edited one, an approval or a tool's output; and
   * takes from the line what a regeneration or an edit has taken from the screen. Returns the messages to answer.
   *
   * @param request the body of the request of `useChat`.
   * @throws {ContinuumError} `seq_conflict` if the screen does not show what is stored.
   */
  async receive(request: ChatRequest<M>): Promise<M[]> {
    await this.#repeat(async () => {
      while (this.#hasEarlier && isOlderThan(this.#entries, request)) {
        await this.#loadEarlier();
      }
      const messages = messagesOf(request, this.#entries);
      if (messages === null) throw this.#stale();
      const plan = this.#planFor(messages);
      if (
        !rewrites(request, messages) && !isContinuation(this.#entries, plan)
      ) {
        throw this.#stale();
      }
      await this.#carryOut(plan);
    });
    const { messageId } = request;
    this.#continued = this.messages.find(({ id, role }) =>
      id === messageId && role === "assistant"
    )?.id;
    return this.messages;
  }

  /**
   * Stores an answer: at the end, or in the place of the message of the same id. `onEnd` and `onStepEnd` of
   * `toUIMessageStream` can be this method.
   *
   * @throws {ContinuumError} `seq_conflict` if the line does not end any more where the answer began. The answer is
   *   then not stored; after `reload`, it can be, at the end of the line.
   */
  readonly put = async (answer: Answer<M>): Promise<void> => {
    const { responseMessage: message, isAborted, isCancelled } = answer;
    const stopped = isAborted === true || isCancelled === true;
    requireIds([message]);
    const before = this.#head;
    const place = (id: string) =>
      this.#entries.findIndex((entry) => entry.message?.id === id);
    await this.#repeat(async () => {
      const entry = this.#entries[place(message.id)];
      const isStored = entry !== undefined && reads(entry, message);
      if (isStored && (!stopped || wasStopped(entry.row))) return;
      if (!entry && this.#head !== before) throw this.#stale();
      await this.#carryOut({
        kept: this.#entries.length,
        revised: entry ? [{ entry, message }] : [],
        added: entry ? [] : [message],
      }, stopped);
    });
  };

  /**
   * Makes the conversation read as these messages do, whatever that takes off the line. What is stored before the
   * first of them stays.
   *
   * @throws {ContinuumError} `seq_conflict` if the conversation has changed since it was loaded.
   */
  async save(messages: readonly M[]): Promise<void> {
    while (
      this.#hasEarlier &&
      isOlderThan(this.#entries, { messages: [...messages] })
    ) {
      await this.#loadEarlier();
    }
    await this.#carryOut(this.#planFor(messages)).catch((error) => {
      throw isConflict(error) ? this.#stale(error) : error;
    });
  }

  #planFor(messages: readonly M[]): Plan<M> {
    return planFor(this.#entries, messages, this.#hasEarlier);
  }

  /** Loads the messages before those that are loaded. */
  async #loadEarlier(): Promise<void> {
    const { rows, hasEarlier } = await readLine(this.#handle, {
      last: MORE,
      before: this.#entries[0]?.row.position,
    });
    this.#entries.unshift(...await this.#entriesOf(rows, {}));
    this.#hasEarlier = hasEarlier;
  }

  async #entriesOf(
    rows: Message[],
    options: CallOptions,
  ): Promise<Entry<M>[]> {
    const entries: Entry<M>[] = [];
    for (const row of rows) {
      const message = messageOf(row) as M | null;
      entries.push({
        row,
        message: message &&
          await withRestoredFiles(message, this.#files, options),
      });
    }
    return entries;
  }

  /** Carries out a change that is planned anew if others have written meanwhile. */
  async #repeat(change: () => Promise<void>): Promise<void> {
    for (let tries = 1;; tries++) {
      try {
        return await change();
      } catch (error) {
        if (!isConflict(error) || isStale(error)) throw error;
        if (tries >= TRIES) throw this.#stale(error);
        await this.reload();
      }
    }
  }

  async #carryOut(plan: Plan<M>, stopped = false): Promise<void> {
    const { kept, revised, added } = plan;
    const last = this.#entries[kept - 1]?.row.position;
    const start = this.#entries[0]?.row.parent_position;
    const end = kept < this.#entries.length ? last ?? start ?? 0 : this.#head;
    if (revised.length + added.length === 0 && end === this.#head) return;

    const inputs = [];
    for (const { message, entry } of revised) {
      inputs.push({ message, revises: entry.row.position });
    }
    for (const message of added) inputs.push({ message });
    const items = [];
    for (const { message: given, revises } of inputs) {
      // As it arrives on the screen: without what JSON leaves out.
      const message: M = JSON.parse(JSON.stringify(given));
      const { message: stored, fileIds } = await withStoredFiles(
        message,
        this.#files,
      );
      const rowFor: RowFor = (idInMetadata) => ({
        ...rowOf(stored, { fileIds, stopped, idInMetadata }),
        ...revises !== undefined && { revises },
      });
      items.push({ message, rowFor });
    }

    let after = end;
    let isCut = false;
    const groups = batches(items, ({ rowFor }) => rowFor(false));
    for (const group of groups.length > 0 ? groups : [[]]) {
      const rows = await appendAnew(
        group.map(({ rowFor }) => rowFor),
        (inputs) => this.#append(inputs, after),
      );
      if (!isCut) this.#entries.length = kept;
      isCut = true;
      for (const [index, { message }] of group.entries()) {
        this.#keep({ row: rows[index]!, message });
      }
      after = this.#head;
    }
  }

  /** Puts a row in its place among the entries. */
  #keep(entry: Entry<M>): void {
    const { position } = entry.row;
    const at = this.#entries.findIndex(({ row }) => row.position === position);
    if (at === -1) this.#entries.push(entry);
    else this.#entries[at] = entry;
  }

  async #append(messages: MessageInput[], after: number): Promise<Message[]> {
    const { title, metadata, ttlSeconds } = this.#options;
    const answer = await this.#handle.append(messages, {
      expectedSeq: this.#lastSeq,
      // Also where nothing leaves the line: it may have been switched to another branch.
      afterPosition: after,
      title,
      metadata,
      ttlSeconds,
    });
    this.#lastSeq = answer.conversation.last_seq;
    this.#head = answer.conversation.head_position;
    return answer.messages;
  }

  #stale(cause?: unknown): ContinuumError {
    return new ContinuumError({
      code: "seq_conflict",
      status: 409,
      detail: STALE,
      problem: { last_seq: this.#lastSeq, head_position: this.#head },
      cause,
    });
  }
}

const STALE = "This chat has been changed elsewhere, for example in another " +
  "tab. Nothing was stored. Load it again, then repeat what you did.";

function isStale(error: ContinuumError): boolean {
  return error.detail === STALE;
}
