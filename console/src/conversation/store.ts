/** One conversation as it is shown: its live line, page by page, and what is appended to it meanwhile. */
import type {
  Conversation,
  Message,
  StoredFile,
} from "../../../client/src/index.ts";
import { refreshList } from "../conversations/list_store.ts";
import { excerpt } from "../lib/words.ts";
import { speak } from "../lib/notices.ts";
import { computed, signal } from "../lib/preact.ts";
import { callNames } from "../messages/parts.ts";
import { hasCode, isAbort } from "../lib/problems.ts";
import { background } from "../project/client.ts";
import { hasMoreThanLine, lineAfter, Lineage } from "./lineage.ts";

/** Messages of a page. */
const PAGE = 50;

/** The longest log that is read to find its branches. */
const LONGEST_LOG = 5000;

export type Status = "loading" | "ready" | "absent" | "gone" | "failed";

export class ConversationStore {
  readonly id: string;
  readonly status = signal<Status>("loading");
  readonly error = signal<unknown>(null);
  readonly conversation = signal<Conversation | null>(null);
  readonly line = signal<Message[]>([]);
  readonly hasOlder = signal(false);
  readonly isLoadingOlder = signal(false);
  /** Whether new messages are being received. */
  readonly isLive = signal(false);
  readonly files = signal<Map<string, StoredFile>>(new Map());
  /** The log, if it has more than the live line; null before it is read. */
  readonly #log = signal<Message[] | null>(null);
  readonly lineage = computed(() =>
    this.#log.value === null ? null : new Lineage(this.#log.value)
  );
  readonly callNames = computed(() => callNames(this.line.value));
  #lastSeq = 0;
  #running = new AbortController();
  readonly #own = new Set<number>();

  constructor(id: string) {
    this.id = id;
  }

  get #handle() {
    return background().conversation(this.id);
  }

  /** Reads the newest page, and follows from there until `close`. */
  async open(): Promise<void> {
    this.#running.abort();
    this.#running = new AbortController();
    const { signal } = this.#running;
    this.status.value = "loading";
    try {
      await this.#readLine(signal);
    } catch (error) {
      if (isAbort(error)) return;
      this.error.value = error;
      this.status.value = "failed";
      return;
    }
    void this.readFiles(signal);
    if (this.status.peek() !== "ready") return;
    void this.#readLog(signal);
    await this.#follow(signal);
  }

  close(): void {
    this.#running.abort();
  }

  /** Reads older messages until the one at `position` is there. */
  async loadUntil(position: number): Promise<void> {
    for (;;) {
      const first = this.line.peek()[0]?.position ?? 0;
      if (first <= position || !this.hasOlder.peek()) return;
      await this.loadOlder(500);
      // Another load was under way, or nothing came.
      if (this.line.peek()[0]?.position === first) return;
    }
  }

  /** Reads older messages of the live line. */
  async loadOlder(limit = PAGE): Promise<void> {
    const first = this.line.peek()[0];
    if (!first || !this.hasOlder.peek() || this.isLoadingOlder.peek()) return;
    this.isLoadingOlder.value = true;
    try {
      const { messages, has_more } = await this.#handle.messages({
        newestFirst: true,
        before: first.position,
        limit,
        signal: this.#running.signal,
      }).page();
      // The line may have been switched meanwhile.
      if (this.line.peek()[0]?.position !== first.position) return;
      this.line.value = [...messages, ...this.line.peek()];
      this.hasOlder.value = has_more;
      if (this.#log.peek() === null) void this.#readLog(this.#running.signal);
    } catch (error) {
      if (!isAbort(error)) throw error;
    } finally {
      this.isLoadingOlder.value = false;
    }
  }

  /** Shows what an append of this page has stored, before the follower brings it. */
  take(conversation: Conversation, messages: Message[]): void {
    this.conversation.value = conversation;
    for (const message of messages) {
      this.#own.add(message.seq);
      if (message.seq === this.#lastSeq + 1) this.#add(message);
    }
    // A rewind has no message.
    const head = conversation.head_position;
    if (
      messages.length === 0 && head < (this.line.peek().at(-1)?.position ?? 0)
    ) {
      this.line.value = this.line.peek().filter((m) => m.position <= head);
      void this.#readLog(this.#running.signal);
    }
    refreshList();
  }

  /** Reads the live line anew, after a switch of the branch. */
  async reload(): Promise<void> {
    await this.#readLine(this.#running.signal);
    await this.#readLog(this.#running.signal);
  }

  /** What is known of the files that are linked to it. */
  async readFiles(signal = this.#running.signal): Promise<void> {
    try {
      const files = await background().files.list({
        conversation: this.id,
        limit: 100,
        signal,
      }).all(500);
      this.files.value = new Map(files.map((file) => [file.id, file]));
    } catch {
      // A message says so itself where a file is not known.
    }
  }

  async #readLine(signal: AbortSignal): Promise<void> {
    const { conversation, messages, has_more } = await this.#handle
      .messages({ newestFirst: true, limit: PAGE, signal }).page();
    this.conversation.value = conversation;
    this.line.value = messages;
    this.hasOlder.value = has_more;
    this.#lastSeq = conversation?.last_seq ?? 0;
    this.status.value = conversation === null ? "absent" : "ready";
  }

  async #readLog(signal: AbortSignal): Promise<void> {
    if (!hasMoreThanLine(this.line.peek(), this.#lastSeq)) return;
    if (this.#lastSeq > LONGEST_LOG) return;
    try {
      this.#log.value = await this.#handle
        .messages({ view: "log", limit: 500, signal }).all();
    } catch {
      // Without it, there are no arrows between branches.
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    try {
      const rows = this.#handle.follow({
        after: this.#lastSeq,
        signal,
        onHead: ({ head_position }) => {
          this.isLive.value = true;
          if (head_position !== (this.line.peek().at(-1)?.position ?? 0)) {
            void this.reload().catch(() => {});
          }
        },
        onErased: (seqs) => this.#erase(seqs),
      });
      this.isLive.value = true;
      for await (const row of rows) {
        if (row.seq <= this.#lastSeq) continue;
        this.#add(row);
        if (!this.#own.has(row.seq)) {
          speak(`New message, ${row.role}: ${excerpt(row.content ?? "", 200)}`);
          refreshList();
        }
      }
    } catch (error) {
      if (hasCode(error, "not_found")) this.status.value = "gone";
      else this.error.value = error;
    } finally {
      this.isLive.value = false;
    }
  }

  #add(row: Message): void {
    const before = this.line.peek();
    const line = lineAfter(before, row);
    this.#lastSeq = row.seq;
    const conversation = this.conversation.peek();
    if (conversation) {
      this.conversation.value = {
        ...conversation,
        last_seq: row.seq,
        head_position: row.position === row.seq
          ? row.position
          : conversation.head_position,
      };
    }
    this.line.value = line;
    const first = line[0];
    if (line.length === 1 && first && first.parent_position > 0) {
      this.hasOlder.value = true;
    }
    const log = this.#log.peek();
    if (log) this.#log.value = [...log, row];
    else void this.#readLog(this.#running.signal);
    if (row.file_ids.some((id) => !this.files.peek().has(id))) {
      void this.readFiles();
    }
  }

  /** Shows that messages were erased. */
  #erase(seqs: number[]): void {
    const erased = (message: Message): Message =>
      seqs.includes(message.seq)
        ? {
          ...message,
          content: null,
          parts: null,
          erased_at: new Date().toISOString(),
        }
        : message;
    this.line.value = this.line.peek().map(erased);
    const log = this.#log.peek();
    if (log) this.#log.value = log.map(erased);
  }

  /** Shows at once what this page has erased. */
  takeErased(seq: number): void {
    this.#erase([seq]);
  }
}
