/** The messages of one thread, with all their branches. */
import type { AppendOptions } from "../../append.ts";
import type { ConversationHandle } from "../../conversation.ts";
import type { Message, MessageInput } from "../../types.ts";
import { ContinuumError } from "../../error.ts";
import { pause } from "../../waiting.ts";
import { appendAnew, type RowFor } from "../shared/append_anew.ts";
import { canonical } from "../shared/canonical.ts";
import { isConflict } from "../shared/conflicts.ts";
import type { Codec, Item } from "./codec.ts";
import { readTree, Tree } from "./tree.ts";

/** How often a write is tried that others come before, by showing another branch. */
const TRIES = 10;

/** How long the waits between the tries become, in milliseconds. Two tabs that retry do not wait equally long. */
const PAUSE_MS = 50;

/** A thread's messages, and the last one of the branch that is shown. */
export interface Loaded<I> {
  headId: string | null;
  messages: I[];
}

export class ThreadLog<I extends Item<unknown>> {
  readonly #handle: ConversationHandle;
  readonly #codec: Codec<I>;
  #tree: Tree | null = null;
  /** Where each message is. */
  #places = new Map<string, number>();
  /** The last of the writes that are under way. They are carried out one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(handle: ConversationHandle, codec: Codec<I>) {
    this.#handle = handle;
    this.#codec = codec;
  }

  async load(): Promise<Loaded<I>> {
    const tree = await this.#read();
    const ids = new Map([...this.#places].map(([id, place]) => [place, id]));
    const nearest = (position: number): string | null => {
      for (let at = position; at > 0; at = tree.parentOf(at)) {
        const id = ids.get(at);
        if (id !== undefined) return id;
      }
      return null;
    };
    const messages = await Promise.all(
      [...ids].sort(([a], [b]) => a - b).map(([position, id]) =>
        this.#codec.read(
          tree.rows.get(position)!,
          id,
          nearest(tree.parentOf(position)),
        )
      ),
    );
    return { headId: nearest(tree.head), messages };
  }

  /** Stores a new message after its parent. */
  append(item: I): Promise<void> {
    return this.#write(() => this.#put(item));
  }

  /** Stores a message in its place or, if it is not known, after its parent. */
  update(item: I): Promise<void> {
    return this.#write(async () => {
      // Another tab may have stored it.
      if (this.#placeOf(this.#codec.idOf(item)) === undefined) {
        await this.#read();
      }
      await this.#put(item);
    });
  }

  /** Erases messages with all their versions. What follows them then follows what was before them. */
  delete(items: readonly I[]): Promise<void> {
    return this.#write(async () => {
      // Another tab may have written versions that this one does not know.
      const tree = await this.#read();
      for (const item of items) {
        const place = this.#places.get(this.#codec.idOf(item));
        for (const row of tree.versions.get(place ?? 0) ?? []) {
          if (row.erased_at !== null) continue;
          const erased = await this.#handle.erase(row.seq);
          tree.add(erased ?? await this.#handle.message(row.seq));
        }
      }
      this.#findPlaces(tree);
    });
  }

  /** Carries out a write after those before it, and again if others have written meanwhile. */
  #write(write: () => Promise<void>): Promise<void> {
    const carryOut = async () => {
      for (let tries = 1;; tries++) {
        try {
          if (this.#tree === null) await this.#read();
          return await write();
        } catch (error) {
          this.#tree = null;
          if (!isConflict(error) || tries >= TRIES) throw error;
          await pause(Math.random() * PAUSE_MS * tries, undefined);
        }
      }
    };
    const done = this.#last.then(carryOut);
    this.#last = done.catch(() => {});
    return done;
  }

  async #read(): Promise<Tree> {
    const tree = await readTree(this.#handle);
    this.#findPlaces(tree);
    this.#tree = tree;
    return tree;
  }

  async #put(item: I): Promise<void> {
    const rowFor = await this.#codec.write(item);
    const place = this.#placeOf(this.#codec.idOf(item));
    if (place !== undefined) await this.#revise(place, rowFor);
    else await this.#append(item.parentId, rowFor);
  }

  async #append(parentId: string | null, rowFor: RowFor): Promise<void> {
    const parent = this.#placeOf(parentId) ??
      // Another tab may have stored the parent.
      (await this.#read(), this.#placeOf(parentId));
    if (parent === undefined) {
      throw new TypeError(
        `The message ${parentId}, which this one follows, is not stored.`,
      );
    }
    const tree = await this.#treeFor(parent);
    if (!tree.isLive(parent)) await this.#switchTo(tree, parent);
    // If others have written after the parent, this begins another branch.
    await appendAnew([rowFor], (inputs) => {
      const afterPosition = this.#endOfHidden(tree, parent);
      return this.#send(tree, inputs, { afterPosition });
    });
  }

  async #revise(place: number, rowFor: RowFor): Promise<void> {
    const tree = await this.#treeFor(place);
    const shown = tree.head;
    const isLive = tree.isLive(place);
    if (!isLive) {
      // Not to show another branch for nothing.
      if (isSame(tree.rows.get(place)!, rowFor(false))) return;
      await this.#switchTo(tree, tree.endOf(place));
    }
    await appendAnew(
      [(idInMetadata) => ({ ...rowFor(idInMetadata), revises: place })],
      (inputs) => this.#send(tree, inputs),
    );
    if (!isLive) await this.#switchBack(tree, shown);
  }

  /** The tree as it is known or, before another branch is shown because of a position, as it is now. */
  async #treeFor(position: number): Promise<Tree> {
    const known = this.#tree;
    return known?.isLive(position) ? known : await this.#read();
  }

  async #send(
    tree: Tree,
    messages: MessageInput[],
    options: AppendOptions = {},
  ): Promise<Message[]> {
    const answer = await this.#handle.append(messages, options);
    tree.take(answer);
    this.#findPlaces(tree);
    return answer.messages;
  }

  /** Shows another branch. With the ETag, this can be sent again if its answer is lost. */
  async #switchTo(tree: Tree, headPosition: number): Promise<void> {
    const { conversation, etag } = await this.#handle.get();
    if (conversation?.last_seq !== tree.lastSeq) {
      throw new ContinuumError({
        code: "seq_conflict",
        status: 409,
        detail: "Another page has written to the thread meanwhile.",
        retryable: true,
      });
    }
    await this.#handle.update({ headPosition }, { ifMatch: etag });
    tree.head = headPosition;
  }

  /** Shows the branch again that was shown before, unless others have written meanwhile. */
  async #switchBack(tree: Tree, headPosition: number): Promise<void> {
    const { conversation, etag } = await this.#handle.get();
    const isOurs = conversation?.last_seq === tree.lastSeq &&
      conversation.head_position === tree.head;
    if (!isOurs) return;
    try {
      await this.#handle.update({ headPosition }, { ifMatch: etag });
      tree.head = headPosition;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }

  #placeOf(id: string | null): number | undefined {
    return id === null ? 0 : this.#places.get(id);
  }

  /** Where a message after `parent` goes: after the rows that follow it and that the runtime does not show. */
  #endOfHidden(tree: Tree, parent: number): number {
    const shown = new Set(this.#places.values());
    const line = tree.lineTo(tree.head);
    const after = line.slice(line.indexOf(parent) + 1);
    return after.some((position) => shown.has(position)) ? parent : tree.head;
  }

  /** Finds the messages by their ids. If two positions have the same, the live one has it, or else the newest. */
  #findPlaces(tree: Tree): void {
    const places = new Map<string, number>();
    const live = new Set(tree.lineTo(tree.head));
    const positions = [...tree.rows.keys()].sort((a, b) =>
      Number(live.has(b)) - Number(live.has(a)) || b - a
    );
    for (const position of positions) {
      const id = this.#codec.idIn(tree.rows.get(position)!);
      if (id === null) continue;
      places.set(places.has(id) ? `${id}#${position}` : id, position);
    }
    this.#places = places;
  }
}

/** Whether a row is stored as a message is to be stored. */
function isSame(row: Message, input: MessageInput): boolean {
  const extra = (metadata: unknown) =>
    ((metadata ?? {}) as { ai_sdk?: { metadata?: unknown } }).ai_sdk?.metadata;
  return row.role === input.role &&
    canonical([row.parts, extra(row.metadata)]) ===
      canonical([input.parts, extra(input.metadata)]);
}
