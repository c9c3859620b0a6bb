/** A thread: the conversation that keeps its checkpoints. */
import type { ConversationHandle } from "../../conversation.ts";
import { ContinuumError } from "../../error.ts";
import type { Message, MessageInput } from "../../types.ts";
import { atMost } from "../shared/at_most.ts";
import { batches } from "../shared/batches.ts";
import { escaped, restored } from "../shared/exact_json.ts";
import { deleteConversation } from "../shared/deleting.ts";
import {
  checkpointName,
  type CheckpointPart,
  headName,
  type HeadPart,
  type Part,
  type PiecePart,
  type Row,
} from "./parts.ts";
import { Recent } from "./recent.ts";

/** How many of a thread's checkpoints, and of the names of its pieces, are remembered. */
const CHECKPOINTS = 8;
const PIECES = 1000;

/** How many messages are read at once. */
const AT_ONCE = 8;

export class Thread {
  readonly id: string;
  readonly #conversation: ConversationHandle;
  readonly #ttlSeconds: number | undefined;
  /** Recent checkpoints, by the name of each. They never change but by being put again. */
  readonly checkpoints = new Recent<string, CheckpointPart>(CHECKPOINTS);
  /** The names of pieces that the conversation with this `id` has. */
  #stored = { in: "", pieces: new Recent<string, true>(PIECES) };

  readonly #reading = atMost(AT_ONCE);

  constructor(
    id: string,
    conversation: ConversationHandle,
    ttlSeconds?: number,
  ) {
    this.id = id;
    this.#conversation = conversation;
    this.#ttlSeconds = ttlSeconds;
  }

  /** A checkpoint, or undefined if there is none. */
  async checkpoint(
    ns: string,
    checkpointId: string,
  ): Promise<CheckpointPart | undefined> {
    const name = await checkpointName(ns, checkpointId);
    const part = await this.read<CheckpointPart>(name);
    if (part !== undefined) this.checkpoints.set(name, part);
    return part;
  }

  /** The id of the namespace's newest checkpoint. */
  async newest(ns: string): Promise<string | undefined> {
    return (await this.read<HeadPart>(await headName(ns)))?.checkpoint_id;
  }

  /** @throws {Error} if a piece of a value that is being read has been deleted. */
  async piece(name: string): Promise<string> {
    const part = await this.read<PiecePart>(name);
    if (part === undefined) {
      throw new Error(`A part of the state of thread "${this.id}" is missing.`);
    }
    return part.state;
  }

  /** Where a checkpoint is in the conversation. */
  async positionOf(
    ns: string,
    checkpointId: string,
  ): Promise<number | undefined> {
    const name = await checkpointName(ns, checkpointId);
    return (await this.#message(name))?.position;
  }

  async read<P extends Part>(name: string): Promise<P | undefined> {
    const message = await this.#message(name);
    return message && partOf(message) as P | undefined;
  }

  /** All rows, the newest first. */
  async *rows(before?: number): AsyncGenerator<Row, void, undefined> {
    // A few are often enough: those of the last step.
    let limit = 20;
    for (let at = before;;) {
      const { messages, has_more } = await this.#conversation
        .messages({ newestFirst: true, before: at, limit }).page();
      for (const message of [...messages].reverse()) {
        const part = partOf(message);
        if (part !== undefined) yield { name: message.client_id, part };
      }
      at = messages.at(0)?.position;
      if (!has_more || at === undefined || at <= 1) return;
      limit = 200;
    }
  }

  /** Stores a checkpoint, with the pieces of its values, as its namespace's newest. */
  async put(part: CheckpointPart, pieces: Map<string, Row>): Promise<void> {
    const { checkpoint_ns: ns, checkpoint_id } = part;
    const name = await checkpointName(ns, checkpoint_id);
    const head: HeadPart = { type: "langgraph_head", checkpoint_id };
    await this.#append(pieces, [
      { name, part },
      { name: await headName(ns), part: head },
    ], "revise");
    this.checkpoints.set(name, part);
  }

  /**
   * Stores rows of new names and returns the conversation's `id`: another one if the thread has been deleted meanwhile.
   *
   * @throws {ContinuumError} `idempotency_mismatch` if a name is taken.
   */
  async putNew(rows: Row[], pieces: Map<string, Row>): Promise<string> {
    await this.#append(pieces, rows, "refuse");
    return this.#stored.in;
  }

  async delete(): Promise<void> {
    await deleteConversation(this.#conversation);
  }

  /** Stores rows together, after those of their pieces that do not fit into the same request. */
  async #append(
    pieces: Map<string, Row>,
    rows: Row[],
    onMismatch: "refuse" | "revise",
  ): Promise<void> {
    const known = this.#stored;
    const missing = [...pieces].filter(([name]) => !known.pieces.has(name));
    const requests = batches(
      [...missing.map(([, row]) => row), ...rows].map(inputOf),
      undefined,
      rows.length,
    );
    for (const messages of requests) {
      const { conversation } = await this.#conversation.append(messages, {
        onMismatch,
        title: `LangGraph thread ${escapedTitle(this.id)}`,
        metadata: { langgraph: escaped({ thread_id: this.id }) },
        ttlSeconds: this.#ttlSeconds,
      });
      // Deleted meanwhile, with its pieces: none is known to be there.
      if (conversation.id !== this.#stored.in) {
        this.#stored = {
          in: conversation.id,
          pieces: new Recent(PIECES),
        };
      }
    }
    if (this.#stored !== known && missing.length < pieces.size) {
      return await this.#append(pieces, rows, onMismatch);
    }
    for (const name of pieces.keys()) this.#stored.pieces.set(name, true);
  }

  async #message(name: string): Promise<Message | undefined> {
    try {
      return await this.#reading(() => this.#conversation.message(name));
    } catch (error) {
      const isAbsent = error instanceof ContinuumError &&
        error.code === "not_found";
      if (isAbsent) return undefined;
      throw error;
    }
  }
}

/** The message that a row is stored as. */
export function inputOf({ name, part }: Row): MessageInput {
  return {
    role: "system",
    parts: [escaped(part) as object],
    client_id: name,
    token_count: 0,
  };
}

/** Undefined for a message that was erased, or that another client has appended. */
function partOf({ parts }: Message): Part | undefined {
  const part = parts?.[0];
  return String(part?.type).startsWith("langgraph_")
    ? restored(part) as Part
    : undefined;
}

/** A title has at most 200 characters, and none that are not shown. */
function escapedTitle(id: string): string {
  return Array.from(String(escaped(id)).replace(/\p{C}/gu, "")).slice(0, 150)
    .join("");
}
