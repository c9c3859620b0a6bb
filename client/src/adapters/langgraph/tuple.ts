/** Checkpoints as LangGraph reads them. */
import {
  type BaseCheckpointSaver,
  type Checkpoint,
  type CheckpointMetadata,
  type CheckpointTuple,
  maxChannelVersion,
  TASKS,
} from "@langchain/langgraph-checkpoint";
import {
  checkpointName,
  type CheckpointPart,
  type StoredValue,
  type WritesPart,
} from "./parts.ts";
import type { Thread } from "./thread.ts";
import { loaded } from "./values.ts";
import { pendingWrites, readWrites } from "./writes.ts";

/** The tuple of a checkpoint. Reads the values that are elsewhere. */
export async function checkpointTuple(
  saver: BaseCheckpointSaver,
  thread: Thread,
  part: CheckpointPart,
  writes: readonly WritesPart[],
): Promise<CheckpointTuple> {
  const { checkpoint_ns, checkpoint_id, parent_id } = part;
  const config = (checkpoint_id: string) => ({
    configurable: { thread_id: thread.id, checkpoint_ns, checkpoint_id },
  });
  const load = (value: StoredValue) =>
    loaded(saver.serde, value, (name) => thread.piece(name));
  const [rest, metadata, values, pending] = await Promise.all([
    load(part.checkpoint) as Promise<Omit<Checkpoint, "channel_values">>,
    load(part.metadata) as Promise<CheckpointMetadata>,
    channelValues(thread, part, load),
    pendingWrites(thread, saver.serde, writes),
  ]);
  const checkpoint: Checkpoint = { ...rest, channel_values: values };
  if (checkpoint.v < 4 && parent_id !== null) {
    await addSends(saver, thread, checkpoint, checkpoint_ns, parent_id);
  }
  return {
    config: config(checkpoint_id),
    checkpoint,
    metadata,
    pendingWrites: pending,
    ...(parent_id === null ? {} : { parentConfig: config(parent_id) }),
  };
}

async function channelValues(
  thread: Thread,
  part: CheckpointPart,
  load: (value: StoredValue) => Promise<unknown>,
): Promise<Record<string, unknown>> {
  const holders = new Map<string, Promise<CheckpointPart>>();
  const holderOf = (id: string) => {
    const known = holders.get(id) ?? holder(thread, part.checkpoint_ns, id);
    holders.set(id, known);
    return known;
  };
  const values = await Promise.all([
    ...part.values.map(async ({ channel_id, value }) =>
      [channel_id, await load(value)] as const
    ),
    ...part.held.map(async ({ channel_id, checkpoint_id }) => {
      const { values } = await holderOf(checkpoint_id);
      const value = values.find((value) => value.channel_id === channel_id);
      if (value === undefined) throw incomplete(thread, checkpoint_id);
      return [channel_id, await load(value.value)] as const;
    }),
  ]);
  return Object.fromEntries(values);
}

async function holder(
  thread: Thread,
  ns: string,
  id: string,
): Promise<CheckpointPart> {
  const part = thread.checkpoints.get(await checkpointName(ns, id)) ??
    await thread.checkpoint(ns, id);
  if (part === undefined) throw incomplete(thread, id);
  return part;
}

function incomplete(thread: Thread, checkpointId: string): Error {
  return new Error(
    `Checkpoint "${checkpointId}" of thread "${thread.id}" is missing, or a value of it.`,
  );
}

/** Before version 4 of checkpoints, what was sent to tasks was among the parent's writes. */
async function addSends(
  saver: BaseCheckpointSaver,
  thread: Thread,
  { channel_values, channel_versions }: Checkpoint,
  ns: string,
  parentId: string,
): Promise<void> {
  const parts = await readWrites(thread, await checkpointName(ns, parentId));
  const writes = await pendingWrites(thread, saver.serde, parts);
  channel_values[TASKS] = writes.filter(([, channel]) => channel === TASKS)
    .map(([, , value]) => value);
  const versions = Object.values(channel_versions);
  channel_versions[TASKS] = versions.length > 0
    ? maxChannelVersion(...versions)
    : saver.getNextVersion(undefined);
}
