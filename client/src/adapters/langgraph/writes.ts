/** The writes of a checkpoint: numbered rows, so that all are found without looking at any other row. */
import {
  type CheckpointPendingWrite,
  compareWritesSortKeys,
  type SerializerProtocol,
  writesSortKey,
} from "@langchain/langgraph-checkpoint";
import { ContinuumError } from "../../error.ts";
import {
  checkpointName,
  type Row,
  writesName,
  type WritesPart,
} from "./parts.ts";
import { Recent } from "./recent.ts";
import type { Thread } from "./thread.ts";
import { loaded } from "./values.ts";

/** How many rows are asked for at first, and at most, at once. */
const FIRST_AT_ONCE = 2;
const MOST_AT_ONCE = 16;

/** As many rows of writes as are stored together. */
const MOST_TOGETHER = 50;

/** How often the numbers that other processes have taken are counted again. */
const MOST_COUNTS = 20;

/** All rows of writes of the checkpoint with this name, in the order in which they were stored. */
export async function readWrites(
  thread: Thread,
  checkpoint: string,
): Promise<WritesPart[]> {
  const parts: WritesPart[] = [];
  for (let atOnce = FIRST_AT_ONCE;;) {
    const next = await Promise.all(
      Array.from(
        { length: atOnce },
        async (_, n) =>
          await thread.read<WritesPart>(
            await writesName(checkpoint, parts.length + n),
          ),
      ),
    );
    for (const part of next) {
      if (part === undefined) return parts;
      parts.push(part);
    }
    atOnce = Math.min(2 * atOnce, MOST_AT_ONCE);
  }
}

/**
 * The writes as LangGraph orders them. Of those with the same task and index, the first counts; of errors, interrupts
 * and the like, whose index is negative, the last.
 */
export async function pendingWrites(
  thread: Thread,
  serde: SerializerProtocol,
  parts: readonly WritesPart[],
): Promise<CheckpointPendingWrite[]> {
  const writes = new Map<
    string,
    { path: string; task: string } & WritesPart["writes"][number]
  >();
  for (const { task_id: task, task_path: path, writes: rows } of parts) {
    for (const write of rows) {
      const id = JSON.stringify([task, write.index]);
      if (write.index >= 0 && writes.has(id)) continue;
      writes.set(id, { path, task, ...write });
    }
  }
  const keyed = [...writes.values()].map((write) => ({
    ...write,
    sortKey: writesSortKey(write.path, write.task, write.index),
  }));
  keyed.sort((a, b) => compareWritesSortKeys(a.sortKey, b.sortKey));
  return await Promise.all(
    keyed.map(async ({ task, channel_id, value }) =>
      [
        task,
        channel_id,
        await loaded(serde, value, (name) => thread.piece(name)),
      ] as CheckpointPendingWrite
    ),
  );
}

interface Waiting {
  part: WritesPart;
  pieces: Map<string, Row>;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/** Stores the writes of one checkpoint. What is given while others are being sent is then sent together. */
class Writer {
  readonly #thread: Thread;
  readonly #checkpoint: string;
  #waiting: Waiting[] = [];
  #isSending = false;
  /** The number of the next row of this conversation, if no other process takes it. */
  #next = 0;
  #conversation: string | undefined;

  constructor(thread: Thread, checkpoint: string) {
    this.#thread = thread;
    this.#checkpoint = checkpoint;
  }

  add(part: WritesPart, pieces: Map<string, Row>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ part, pieces, resolve, reject });
      if (!this.#isSending) void this.#sendAll();
    });
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST_TOGETHER);
      try {
        await this.#send(batch);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isSending = false;
  }

  async #send(batch: Waiting[]): Promise<void> {
    const pieces = new Map(batch.flatMap(({ pieces }) => [...pieces]));
    for (let counts = 0;; counts++) {
      const first = this.#next;
      const rows = await Promise.all(
        batch.map(async ({ part }, n) => ({
          name: await writesName(this.#checkpoint, first + n),
          part: { ...part, number: first + n },
        })),
      );
      try {
        const conversation = await this.#thread.putNew(rows, pieces);
        const isAnother = this.#conversation !== undefined &&
          this.#conversation !== conversation;
        this.#conversation = conversation;
        this.#next += rows.length;
        if (!isAnother || first === 0) return;
      } catch (error) {
        const isTaken = error instanceof ContinuumError &&
          error.code === "idempotency_mismatch";
        if (!isTaken || counts === MOST_COUNTS) throw error;
      }
      // Others have taken the numbers, or the rows before these are gone with the conversation that had them.
      this.#next = (await readWrites(this.#thread, this.#checkpoint)).length;
    }
  }
}

/** Stores writes of the checkpoints of a thread. */
export class Writers {
  readonly #thread: Thread;
  readonly #writers = new Recent<string, Writer>(100);

  constructor(thread: Thread) {
    this.#thread = thread;
  }

  async add(part: WritesPart, pieces: Map<string, Row>): Promise<void> {
    const { checkpoint_ns, checkpoint_id } = part;
    const name = await checkpointName(checkpoint_ns, checkpoint_id);
    const writer = this.#writers.get(name) ?? new Writer(this.#thread, name);
    this.#writers.set(name, writer);
    await writer.add(part, pieces);
  }
}
