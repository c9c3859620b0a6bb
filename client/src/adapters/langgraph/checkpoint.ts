/** What is stored of a checkpoint. */
import {
  type ChannelVersions,
  type Checkpoint,
  type CheckpointMetadata,
  copyCheckpoint,
  type SerializerProtocol,
} from "@langchain/langgraph-checkpoint";
import {
  checkpointName,
  type CheckpointPart,
  type Row,
  type Version,
} from "./parts.ts";
import type { Thread } from "./thread.ts";
import { stored } from "./values.ts";

export interface NewCheckpoint {
  ns: string;
  parentId: string | null;
  checkpoint: Checkpoint;
  metadata: CheckpointMetadata;
  newVersions: ChannelVersions;
  /** Is given the pieces that have to be stored as well. */
  pieces: Map<string, Row>;
}

/** The values of channels with new versions, and where those of the others are. */
export async function checkpointPart(
  thread: Thread,
  serde: SerializerProtocol,
  { ns, parentId, checkpoint, metadata, newVersions, pieces }: NewCheckpoint,
): Promise<CheckpointPart> {
  const { channel_values: values, ...rest } = copyCheckpoint(checkpoint);
  const isGiven = (channel: string) => values[channel] !== undefined;
  const carried = Object.entries(checkpoint.channel_versions).filter((
    [channel],
  ) => isGiven(channel) && !Object.hasOwn(newVersions, channel));
  return {
    type: "langgraph_checkpoint",
    checkpoint_ns: ns,
    checkpoint_id: checkpoint.id,
    parent_id: parentId,
    checkpoint: await stored(serde, rest, pieces),
    metadata: await stored(serde, metadata, pieces),
    values: await Promise.all(
      Object.entries(newVersions).filter(([channel]) => isGiven(channel)).map(
        async ([channel_id, version]) => ({
          channel_id,
          version,
          value: await stored(serde, values[channel_id], pieces),
        }),
      ),
    ),
    held: await holders(thread, ns, parentId, carried),
  };
}

/** Which checkpoint has the value of each channel: the parent, or one that it refers to, or any that is known. */
async function holders(
  thread: Thread,
  ns: string,
  parentId: string | null,
  channels: [channel: string, version: Version][],
): Promise<CheckpointPart["held"]> {
  if (channels.length === 0) return [];
  const held: CheckpointPart["held"] = [];
  const wanted = new Map(channels);
  const lookInto = (part: CheckpointPart | undefined) => {
    if (part === undefined || part.checkpoint_ns !== ns) return;
    const found = [
      ...part.values.map(({ channel_id, version }) => ({
        channel_id,
        version,
        checkpoint_id: part.checkpoint_id,
      })),
      ...part.held,
    ].filter(({ channel_id, version }) => wanted.get(channel_id) === version);
    for (const place of found) {
      held.push(place);
      wanted.delete(place.channel_id);
    }
  };
  if (parentId !== null) {
    const name = await checkpointName(ns, parentId);
    lookInto(
      thread.checkpoints.get(name) ?? await thread.checkpoint(ns, parentId),
    );
  }
  for (const part of thread.checkpoints.values()) lookInto(part);
  if (wanted.size === 0) return held;
  // A copy of a checkpoint that this process has not read.
  for await (const { part } of thread.rows()) {
    if (part.type === "langgraph_checkpoint") lookInto(part);
    if (wanted.size === 0) break;
  }
  return held;
}
