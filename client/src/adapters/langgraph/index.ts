/**
 * A LangGraph checkpointer in Continuum.
 *
 * ```ts
 * const checkpointer = new ContinuumSaver({ continuum });
 * const graph = builder.compile({ checkpointer });
 * await graph.invoke(input, { configurable: { thread_id: "review-42" } });
 * ```
 */
import type { RunnableConfig } from "@langchain/core/runnables";
import {
  BaseCheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  getCheckpointId,
  type PendingWrite,
  type SerializerProtocol,
  WRITES_IDX_MAP,
} from "@langchain/langgraph-checkpoint";
import type { Continuum } from "../../continuum.ts";
import { restored } from "../shared/exact_json.ts";
import { nameOf } from "../shared/names.ts";
import { checkpointPart } from "./checkpoint.ts";
import { listThread } from "./list.ts";
import { checkpointName, type Row } from "./parts.ts";
import { Recent } from "./recent.ts";
import { Thread } from "./thread.ts";
import { checkpointTuple } from "./tuple.ts";
import { stored } from "./values.ts";
import { readWrites, Writers } from "./writes.ts";

export interface ContinuumSaverOptions {
  continuum: Continuum;
  /** The beginning of the continuation ids of threads. The default is `langgraph/`. */
  prefix?: string | undefined;
  /** Threads are deleted after so many seconds without activity. They are kept if omitted. */
  ttlSeconds?: number | undefined;
  /** LangGraph's own by default. */
  serde?: SerializerProtocol | undefined;
}

/** How many threads are remembered. */
const REMEMBERED = 100;

/**
 * Keeps each thread in a conversation. Reading a checkpoint takes a few requests for single messages, however long the
 * thread is; storing one takes one request, unless its values are larger than 4 MiB.
 */
export class ContinuumSaver extends BaseCheckpointSaver {
  readonly #continuum: Continuum;
  readonly #prefix: string;
  readonly #ttlSeconds: number | undefined;
  readonly #threads = new Recent<string, { thread: Thread; writers: Writers }>(
    REMEMBERED,
  );

  constructor(
    { continuum, prefix = "langgraph/", ttlSeconds, serde }:
      ContinuumSaverOptions,
  ) {
    super(serde);
    this.#continuum = continuum;
    this.#prefix = prefix;
    this.#ttlSeconds = ttlSeconds;
  }

  /** The checkpoint that the config names, else the namespace's newest. */
  override async getTuple(
    config: RunnableConfig,
  ): Promise<CheckpointTuple | undefined> {
    const { thread_id, checkpoint_ns = "" } = config.configurable ?? {};
    if (thread_id === undefined) return undefined;
    const thread = await this.#thread(String(thread_id));
    const id = getCheckpointId(config) || await thread.newest(checkpoint_ns);
    if (!id) return undefined;
    const [part, writes] = await Promise.all([
      thread.checkpoint(checkpoint_ns, id),
      readWrites(thread, await checkpointName(checkpoint_ns, id)),
    ]);
    return part && await checkpointTuple(this, thread, part, writes);
  }

  /**
   * The checkpoints of a thread, or of all threads if the config names none, from the last that was stored to the
   * first. Reads no more of them than are asked for.
   */
  override async *list(
    config: RunnableConfig,
    options: CheckpointListOptions = {},
  ): AsyncGenerator<CheckpointTuple> {
    let left = options.limit ?? Infinity;
    if (left <= 0) return;
    for await (const thread of this.#threadsOf(config)) {
      for await (const tuple of listThread(this, thread, config, options)) {
        yield tuple;
        if (--left <= 0) return;
      }
    }
  }

  /** Stores a checkpoint, or stores it again. */
  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const { thread_id, checkpoint_ns = "" } = config.configurable ?? {};
    if (thread_id === undefined) throw missing("thread_id");
    const thread = await this.#thread(String(thread_id));
    const pieces = new Map<string, Row>();
    const part = await checkpointPart(thread, this.serde, {
      ns: checkpoint_ns,
      parentId: getCheckpointId(config) || null,
      checkpoint,
      metadata,
      newVersions,
      pieces,
    });
    await thread.put(part, pieces);
    return {
      configurable: { thread_id, checkpoint_ns, checkpoint_id: checkpoint.id },
    };
  }

  /** Stores writes of a task. The same writes of a task count once. */
  override async putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath = "",
  ): Promise<void> {
    const { thread_id, checkpoint_ns = "" } = config.configurable ?? {};
    const checkpointId = getCheckpointId(config);
    if (thread_id === undefined) throw missing("thread_id");
    if (!checkpointId) throw missing("checkpoint_id");
    const { writers } = await this.#remembered(String(thread_id));
    const pieces = new Map<string, Row>();
    const rows = await Promise.all(
      writes.map(async ([channel_id, value], n) => ({
        index: WRITES_IDX_MAP[channel_id] ?? n,
        channel_id,
        value: await stored(this.serde, value, pieces),
      })),
    );
    await writers.add(
      {
        type: "langgraph_writes",
        checkpoint_ns,
        checkpoint_id: checkpointId,
        number: 0,
        task_id: taskId,
        task_path: taskPath,
        writes: rows,
      },
      pieces,
    );
  }

  /** Deletes the thread's conversation. */
  override async deleteThread(threadId: string): Promise<void> {
    const thread = await this.#thread(threadId);
    this.#threads.delete(threadId);
    await thread.delete();
  }

  /** The next whole number and a random fraction, so that different branches never have the same version. */
  override getNextVersion(current: number | undefined): number {
    return Math.floor(current ?? 0) + 1 + Math.random();
  }

  async #thread(id: string): Promise<Thread> {
    return (await this.#remembered(id)).thread;
  }

  async #remembered(
    id: string,
  ): Promise<{ thread: Thread; writers: Writers }> {
    const name = await nameOf(this.#prefix, [id]);
    const known = this.#threads.get(id);
    if (known !== undefined) return known;
    const conversation = this.#continuum.conversation(name);
    const thread = new Thread(id, conversation, this.#ttlSeconds);
    const remembered = { thread, writers: new Writers(thread) };
    this.#threads.set(id, remembered);
    return remembered;
  }

  async *#threadsOf(config: RunnableConfig): AsyncGenerator<Thread> {
    const { thread_id } = config.configurable ?? {};
    if (thread_id !== undefined) {
      return yield await this.#thread(`${thread_id}`);
    }
    const list = this.#continuum.list({ prefix: this.#prefix, limit: 100 });
    for await (const { metadata } of list) {
      const { thread_id } = (restored(metadata.langgraph) ?? {}) as {
        thread_id?: string;
      };
      if (thread_id !== undefined) yield await this.#thread(thread_id);
    }
  }
}

function missing(name: string): TypeError {
  return new TypeError(`The config must have "${name}" in "configurable".`);
}
