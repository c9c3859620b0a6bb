/** The checkpoints of a thread, newest first. */
import type { RunnableConfig } from "@langchain/core/runnables";
import {
  type BaseCheckpointSaver,
  type CheckpointListOptions,
  type CheckpointTuple,
  getCheckpointId,
} from "@langchain/langgraph-checkpoint";
import {
  checkpointName,
  type CheckpointPart,
  type WritesPart,
} from "./parts.ts";
import type { Thread } from "./thread.ts";
import { checkpointTuple } from "./tuple.ts";
import { loaded } from "./values.ts";
import { readWrites } from "./writes.ts";

export async function* listThread(
  saver: BaseCheckpointSaver,
  thread: Thread,
  config: RunnableConfig,
  { before, filter }: CheckpointListOptions,
): AsyncGenerator<CheckpointTuple, void, undefined> {
  const ns: string | undefined = config.configurable?.checkpoint_ns;
  const id = getCheckpointId(config);
  const end = before && getCheckpointId(before);
  const seen = new Map<string, WritesPart[]>();
  const isAsked = (part: CheckpointPart) =>
    (ns === undefined || part.checkpoint_ns === ns) &&
    (!id || part.checkpoint_id === id) &&
    (!end || part.checkpoint_id < end);
  for await (const { part } of thread.rows(await positionOf())) {
    if (
      part.type !== "langgraph_writes" && part.type !== "langgraph_checkpoint"
    ) {
      continue;
    }
    const name = await checkpointName(part.checkpoint_ns, part.checkpoint_id);
    const writes = seen.get(name) ?? [];
    if (part.type === "langgraph_writes") {
      writes[part.number] = part;
      seen.set(name, writes);
      continue;
    }
    seen.delete(name);
    if (!isAsked(part) || !await matches(part)) continue;
    // Numbered in the order in which they were stored: whoever comes from the end and sees the first has seen all.
    const isComplete = !end && writes[0] !== undefined;
    yield await checkpointTuple(
      saver,
      thread,
      part,
      isComplete ? writes : await readWrites(thread, name),
    );
  }

  /** Where the checkpoint is before which to begin. */
  async function positionOf(): Promise<number | undefined> {
    return end
      ? await thread.positionOf(before?.configurable?.checkpoint_ns ?? "", end)
      : undefined;
  }

  async function matches({ metadata }: CheckpointPart): Promise<boolean> {
    if (filter === undefined) return true;
    const values = await loaded(
      saver.serde,
      metadata,
      (name) => thread.piece(name),
    ) as Record<string, unknown>;
    return Object.entries(filter).every(([key, value]) =>
      JSON.stringify(values[key]) === JSON.stringify(value)
    );
  }
}
