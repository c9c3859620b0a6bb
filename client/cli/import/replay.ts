/**
 * Makes a conversation of our own export again: the same rows with the same seqs, positions and branches. Each row is
 * sent as the request that wrote it: an append, a rewind or a revision, after a switch if its place is not live.
 */
import type { Conversation, Message, MessageInput } from "../../src/index.ts";
import type { Account } from "./account.ts";
import { Line } from "./line.ts";
import { fault, note } from "./model.ts";
import {
  bytesOf,
  countValues,
  MOST_BODY_BYTES,
  MOST_VALUES,
} from "./payload.ts";
import type { Report } from "./report.ts";
import { ForeignConversation } from "./mark.ts";

const MOST_MESSAGES = 100;

/** In the metadata of a conversation that is not complete yet. */
const UNFINISHED = "import_unfinished";

/** What stands in a row until it is erased, as it was in the export. */
const ERASED = "(erased)";

export interface ReplayOptions {
  account: Account;
  report: Report;
  dryRun: boolean;
  /** The id here of a file of the export; null if there is none. */
  fileId(exported: string): Promise<string | null>;
  /** The file that is read, for people. */
  source: string;
}

/** The lines of a conversation's export are not what an export has. */
export class BrokenExport extends Error {}

export class Replay {
  readonly #options: ReplayOptions;
  readonly #wanted: Conversation;
  readonly #name: string;
  #there: Message[] = [];
  #line = new Line([], 0, 0);
  #current: Conversation | null = null;
  /** Whether somebody may have changed the conversation since it was imported. */
  #isComplete = false;
  #run: Message[] = [];
  #rows = 0;
  #appended = 0;
  #erased: number[] = [];
  #linked = new Set<string>();
  #files: string[] = [];

  constructor(conversation: Conversation, options: ReplayOptions) {
    this.#wanted = conversation;
    this.#name = conversation.continuation_id;
    this.#options = options;
  }

  async start(): Promise<void> {
    const { account } = this.#options;
    // A conversation of somebody else's has a name that is theirs; the name is free here, or it is yours.
    const known = await account.find(this.#name);
    if (known === undefined) return;
    const { conversation, rows } = await account.log(known.id);
    this.#there = rows;
    this.#current = conversation ?? known;
    this.#isComplete = !(UNFINISHED in this.#current.metadata);
    this.#line = new Line(
      rows,
      this.#current.head_position,
      this.#current.last_seq,
    );
  }

  /**
   * @throws {ForeignConversation} if another conversation has the name.
   * @throws {BrokenExport} if a row is missing.
   */
  async row(row: Message): Promise<void> {
    if (row.seq !== this.#rows + 1) {
      throw new BrokenExport(
        `The row ${
          this.#rows + 1
        } is missing in the conversation ${this.#name}. Export it again.`,
      );
    }
    const there = this.#there[row.seq - 1];
    this.#rows++;
    for (const id of row.file_ids) this.#linked.add(id);
    if (row.erased_at !== null && there?.erased_at == null) {
      this.#erased.push(row.seq);
    }
    if (there !== undefined) {
      const isSame = there.client_id === row.client_id &&
        there.position === row.position &&
        there.parent_position === row.parent_position;
      if (!isSame) throw new ForeignConversation(this.#name);
      return;
    }
    const last = this.#run.at(-1);
    const follows = last !== undefined && row.position === row.seq &&
      last.position === last.seq && row.parent_position === last.seq;
    if (!follows || !fits([...this.#run, row])) await this.#flush();
    this.#run.push(row);
  }

  /** A file that the conversation links. */
  file(id: string): void {
    if (!this.#linked.has(id)) this.#files.push(id);
  }

  /** After the last line: shows the branch that was shown, and does what a row cannot say. */
  async end(): Promise<void> {
    const { account, dryRun, report } = this.#options;
    const { conversations, messages } = report.counts;
    const isNew = this.#current === null;
    await this.#flush({ isLast: true });
    if (dryRun) {
      conversations[
        isNew ? "created" : this.#appended > 0 ? "extended" : "unchanged"
      ]++;
      messages.appended += this.#appended;
      return;
    }
    const current = this.#current!;
    const { signal } = account;
    const handle = account.continuum.conversation(current.id);
    if (!this.#isComplete) {
      for (const seq of this.#erased) await handle.erase(seq, { signal });
      const { archived_at, head_position } = this.#wanted;
      const isUnfinished = UNFINISHED in current.metadata;
      const change = {
        ...(head_position !== this.#line.head && {
          headPosition: head_position,
        }),
        ...(archived_at !== null && { archived: true }),
        ...(isUnfinished && { metadata: { [UNFINISHED]: null } }),
      };
      await this.#link(handle);
      if (Object.keys(change).length > 0) {
        await handle.update(change, { signal });
      }
    }
    conversations[
      isNew ? "created" : this.#appended > 0 ? "extended" : "unchanged"
    ]++;
    messages.appended += this.#appended;
  }

  /** Links the files that belong to the conversation and to none of its messages. */
  async #link(handle: ReturnType<Account["continuum"]["conversation"]>) {
    if (this.#files.length === 0) return;
    const { signal } = this.#options.account;
    const linked = new Set<string>();
    for await (const { id } of handle.files.list({ signal })) linked.add(id);
    const ids = (await this.#fileIds(this.#files, "the conversation"))
      .filter((id) => !linked.has(id));
    for (let at = 0; at < ids.length; at += 100) {
      await handle.append([], { fileIds: ids.slice(at, at + 100), signal });
    }
  }

  async #flush({ isLast }: { isLast: boolean } = { isLast: false }) {
    const run = this.#run;
    this.#run = [];
    const isNew = this.#current === null;
    if (run.length === 0 && !(isNew && isLast)) return;
    this.#appended += run.length;
    if (this.#options.dryRun) return;
    const { account } = this.#options;
    const { signal } = account;
    if (!isNew && this.#isComplete) {
      // It has grown since it was imported. If this is interrupted, the mark says so.
      await account.continuum.conversation(this.#current!.id)
        .update({ metadata: { [UNFINISHED]: true } }, { signal });
      this.#current!.metadata[UNFINISHED] = true;
      this.#isComplete = false;
    }
    const first = run[0];
    const isRevision = first !== undefined && first.position !== first.seq;
    const place = isRevision ? first.position : first?.parent_position ?? 0;
    if (!this.#line.isLive(place)) {
      await account.continuum.conversation(this.#current!.id)
        .update({ headPosition: place }, { signal });
      this.#line.switch(place);
    }
    const inputs: MessageInput[] = [];
    for (const row of run) {
      const ids = await this.#fileIds(row.file_ids, `message ${row.seq}`);
      inputs.push({
        ...inputOf(row),
        ...(ids.length > 0 && { file_ids: ids }),
        ...(isRevision && { revises: place }),
      });
    }
    const { title, metadata, ttl_seconds, head_position, archived_at } =
      this.#wanted;
    const isWhole = isLast && archived_at === null &&
      this.#erased.length === 0 &&
      this.#files.length === 0 && head_position === (run.at(-1)?.seq ?? 0);
    const answer = await account.continuum
      .conversation(this.#current?.id ?? this.#name)
      .append(inputs, {
        expectedSeq: this.#line.lastSeq,
        signal,
        // A row that repeats an id behind a rewind is a new row, and so is one behind a switch.
        ...(!isRevision && { onMismatch: "revise" as const }),
        ...(!isRevision && !isNew && { afterPosition: place }),
        ...(isNew && {
          title,
          metadata: isWhole ? metadata : { ...metadata, [UNFINISHED]: true },
          ttlSeconds: ttl_seconds ?? undefined,
        }),
      });
    const made = answer.messages.map(({ seq }) => seq).join();
    if (made !== run.map(({ seq }) => seq).join()) {
      throw new BrokenExport(
        `Of ${this.#name}, the rows ${run[0]?.seq} to ${
          run.at(-1)?.seq
        } became the rows ${made}.`,
      );
    }
    this.#current = answer.conversation;
    if (isRevision) this.#line.lastSeq = answer.conversation.last_seq;
    else {
      this.#line.append(answer.messages, place, answer.conversation.last_seq);
    }
  }

  async #fileIds(exported: string[], where: string): Promise<string[]> {
    const { fileId, report, source } = this.#options;
    const ids: string[] = [];
    for (const id of exported) {
      const here = await fileId(id);
      if (here !== null) ids.push(here);
      else {
        report.add(
          source,
          note(
            `conversation ${this.#name}, ${where}`,
            `The file ${id} is not in the export, and you have none with that id.`,
          ),
        );
      }
    }
    return ids;
  }

  /** What to say of an export that ends too early. */
  incomplete(): void {
    this.#options.report.add(
      this.#options.source,
      fault(
        `conversation ${this.#name}`,
        `Its export ends after ${this.#rows} of ${this.#wanted.last_seq} rows. Export it again.`,
      ),
    );
  }
}

function inputOf(row: Message): MessageInput {
  const { role, client_id, created_at } = row;
  if (row.erased_at !== null) {
    return { role, content: ERASED, client_id, created_at };
  }
  return {
    role,
    client_id,
    created_at,
    token_count: row.token_count,
    ...(row.content !== null && { content: row.content }),
    ...(row.parts !== null && { parts: row.parts }),
    ...(Object.keys(row.metadata).length > 0 && { metadata: row.metadata }),
  };
}

function fits(run: Message[]): boolean {
  return run.length <= MOST_MESSAGES &&
    run.reduce((sum, row) => sum + bytesOf(JSON.stringify(row)), 0) <=
      MOST_BODY_BYTES &&
    run.reduce((sum, row) => sum + countValues(row).values, 0) <= MOST_VALUES;
}
