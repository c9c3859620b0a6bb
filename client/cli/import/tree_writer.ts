/** Writes what is missing in a conversation: appends, branches and revisions, and then the branch that is shown. */
import type { Conversation, Message } from "../../src/index.ts";
import { canonical } from "../json/exact.ts";
import { objectOf } from "../json/look.ts";
import type { Account } from "./account.ts";
import { Line } from "./line.ts";
import { type Mark, markOf } from "./mark.ts";
import { MOST_BODY_BYTES, MOST_VALUES } from "./payload.ts";
import type { Prepared, PreparedMessage } from "./prepare.ts";

export interface StoreOptions {
  /** Says what would be written, and writes nothing. */
  dryRun: boolean;
  /** Stores the files of a message, and returns their ids. */
  files(message: PreparedMessage, conversation: Prepared): Promise<string[]>;
}

export interface Stored {
  outcome: "created" | "extended" | "unchanged";
  appended: number;
  revised: number;
  /** Why the branch that the source shows is not the one that is shown here. */
  keptHead?: string;
}

const MOST_MESSAGES = 100;

/** Writes a conversation once, from what its log says. Throws if somebody else has written to it since. */
export class TreeWriter {
  readonly #account: Account;
  readonly #prepared: Prepared;
  readonly #options: StoreOptions;
  readonly #stored: Stored;
  readonly #line: Line;
  readonly #rows = new Map<string, Message[]>();
  readonly #positions = new Map<string, number>();
  #conversation: Conversation | null;
  #mark: Mark;

  constructor(
    account: Account,
    prepared: Prepared,
    options: StoreOptions,
    stored: Stored,
    { conversation, rows }: {
      conversation: Conversation | null;
      rows: Message[];
    },
  ) {
    this.#account = account;
    this.#prepared = prepared;
    this.#options = options;
    this.#stored = stored;
    this.#conversation = conversation;
    this.#mark = conversation === null ? {} : markOf(conversation, prepared);
    this.#line = new Line(
      rows,
      conversation?.head_position ?? 0,
      conversation?.last_seq ?? 0,
    );
    for (const row of rows) {
      const same = this.#rows.get(row.client_id);
      if (same) same.push(row);
      else this.#rows.set(row.client_id, [row]);
    }
  }

  async write(): Promise<void> {
    const { messages } = this.#prepared;
    const before = this.#line.head;
    let batch: PreparedMessage[] = [];
    for (const message of messages) {
      const rows = this.#rows.get(message.input.client_id);
      const isNext = rows === undefined &&
        (batch.length === 0 ||
          batch.at(-1)!.input.client_id === message.parent) &&
        isWithinLimits([...batch, message]);
      if (!isNext) {
        await this.#append(batch);
        batch = [];
      }
      if (rows === undefined) batch.push(message);
      else await this.#compare(message, rows);
    }
    await this.#append(batch, { isLast: true });
    await this.#finish(before);
  }

  /** A message that is there: as it is, or as it was before it was changed in the source. */
  async #compare(message: PreparedMessage, rows: Message[]): Promise<void> {
    const { client_id } = message.input;
    const same = rows.find((row) => isSame(row, message));
    const position = (same ?? rows.at(-1)!).position;
    this.#positions.set(client_id, position);
    if (same !== undefined) return;
    if (this.#options.dryRun) {
      this.#stored.revised++;
      return;
    }
    await this.#makeLive(position);
    const answer = await this.#conversationHandle().append([{
      ...message.input,
      file_ids: await this.#options.files(message, this.#prepared),
      revises: position,
    }], { expectedSeq: this.#line.lastSeq, signal: this.#account.signal });
    this.#line.lastSeq = answer.conversation.last_seq;
    this.#stored.revised++;
  }

  /** Appends messages that follow each other. */
  async #append(
    batch: PreparedMessage[],
    { isLast }: { isLast: boolean } = { isLast: false },
  ): Promise<void> {
    const isNew = this.#conversation === null;
    if (batch.length === 0 && !(isNew && isLast)) return;
    if (this.#options.dryRun) {
      this.#stored.appended += batch.length;
      return;
    }
    const parent = batch[0]?.parent ?? null;
    const after = parent === null ? 0 : this.#positions.get(parent)!;
    if (!isNew) await this.#makeLive(after);
    const inputs = [];
    for (const message of batch) {
      const ids = await this.#options.files(message, this.#prepared);
      inputs.push({
        ...message.input,
        ...(ids.length > 0 && { file_ids: ids }),
      });
    }
    // If this is all there is, one request stores it and says so.
    const isWhole = isNew && isLast && this.#isShownAfter(batch) &&
      !this.#prepared.archived;
    const { conversation, messages } = await this.#conversationHandle().append(
      inputs,
      {
        afterPosition: isNew ? undefined : after,
        expectedSeq: this.#line.lastSeq,
        title: this.#prepared.title,
        metadata: this.#metadata(isWhole),
        signal: this.#account.signal,
      },
    );
    this.#conversation = conversation;
    this.#stored.appended += batch.length;
    if (isWhole) this.#mark = { digest: this.#prepared.digest };
    this.#line.append(messages, after, conversation.last_seq);
    for (const { client_id, position } of messages) {
      this.#positions.set(client_id, position);
    }
  }

  #isShownAfter(batch: PreparedMessage[]): boolean {
    return (batch.at(-1)?.input.client_id ?? null) === this.#prepared.shown;
  }

  #metadata(isWhole: boolean) {
    const { format, metadata, title, digest } = this.#prepared;
    return {
      ...(Object.keys(metadata).length > 0 && { [format]: metadata }),
      import: {
        format,
        ...(title !== undefined && { title }),
        ...(isWhole && { digest }),
      },
    };
  }

  /** Shows the branch that the source shows, and notes that everything is there. */
  async #finish(before: number): Promise<void> {
    const { shown, digest, title, archived, format, metadata } = this.#prepared;
    if (this.#options.dryRun || this.#mark.digest === digest) return;
    const target = shown === null ? 0 : this.#positions.get(shown)!;
    // What somebody has written here since is not taken off the line.
    const ours = new Set(this.#positions.values()).add(0);
    const isOurs = ours.has(before);
    const head = isOurs ? target : before;
    if (!isOurs) {
      this.#stored.keptHead =
        "The conversation was continued here, so it goes on showing that.";
    }
    const current = this.#conversation!;
    const wasRenamed = this.#mark.title !== undefined &&
      current.title !== this.#mark.title;
    const old = objectOf(current.metadata[format]);
    const removed = Object.keys(old).filter((name) => !(name in metadata))
      .map((name) => [name, null]);
    await this.#conversationHandle().update({
      ...(head !== this.#line.head && { headPosition: head }),
      ...(title !== undefined && !wasRenamed && title !== current.title &&
        { title }),
      // Archived in the source since; whoever has unarchived it here need not do so again.
      ...(archived && { archived }),
      metadata: {
        [format]: { ...Object.fromEntries(removed), ...metadata },
        import: { format, digest, ...(title !== undefined && { title }) },
      },
    }, { signal: this.#account.signal });
    this.#line.switch(head);
  }

  async #makeLive(position: number): Promise<void> {
    if (this.#line.isLive(position)) return;
    await this.#conversationHandle().update({ headPosition: position }, {
      signal: this.#account.signal,
    });
    this.#line.switch(position);
  }

  #conversationHandle() {
    return this.#account.continuum.conversation(
      this.#conversation?.id ?? this.#prepared.name,
    );
  }
}

function isWithinLimits(batch: PreparedMessage[]): boolean {
  return batch.length <= MOST_MESSAGES &&
    batch.reduce((sum, { bytes }) => sum + bytes, 0) <= MOST_BODY_BYTES &&
    batch.reduce((sum, { values }) => sum + values, 0) <= MOST_VALUES;
}

/** Whether a row says what a message says. An erased row is not brought back. */
function isSame(row: Message, { input }: PreparedMessage): boolean {
  return row.erased_at !== null || (
    row.role === input.role &&
    (row.content ?? "") === (input.content ?? "") &&
    canonical(row.parts ?? []) === canonical(input.parts ?? []) &&
    canonical(row.metadata) === canonical(input.metadata ?? {})
  );
}
