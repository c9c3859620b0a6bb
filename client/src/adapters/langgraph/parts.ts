/**
 * What is stored of a thread: one conversation, whose messages have one part each and are found by name (`client_id`).
 *
 * - A checkpoint has the channel values that are new in it, and says which checkpoints have the others.
 * - A head says which checkpoint of a namespace is the newest. Each new checkpoint revises it.
 * - Writes are numbered from 0 for each checkpoint, without gaps.
 * - Pieces are what is too long for one of these. They are named by what they hold, so that the same piece is stored once.
 *
 * The members are named so that a search for messages does not find the states of graphs.
 */
import { uuidOf } from "../shared/names.ts";

/** A serialized value: its text, or the names of the pieces of its text with spaces in between. */
export interface StoredValue {
  serde_type: string;
  encoding: "text" | "base64";
  state?: string;
  piece_ids?: string;
}

export type Version = number | string;

export interface CheckpointPart {
  type: "langgraph_checkpoint";
  checkpoint_ns: string;
  checkpoint_id: string;
  parent_id: string | null;
  /** Without its channel values. */
  checkpoint: StoredValue;
  metadata: StoredValue;
  values: { channel_id: string; version: Version; value: StoredValue }[];
  /** Channels whose value is in another checkpoint of the namespace. */
  held: { channel_id: string; version: Version; checkpoint_id: string }[];
}

export interface HeadPart {
  type: "langgraph_head";
  checkpoint_id: string;
}

export interface WritesPart {
  type: "langgraph_writes";
  checkpoint_ns: string;
  checkpoint_id: string;
  number: number;
  task_id: string;
  task_path: string;
  writes: { index: number; channel_id: string; value: StoredValue }[];
}

export interface PiecePart {
  type: "langgraph_piece";
  state: string;
}

export type Part = CheckpointPart | HeadPart | WritesPart | PiecePart;

/** A message of a thread. */
export interface Row {
  name: string;
  part: Part;
}

export function checkpointName(ns: string, id: string): Promise<string> {
  return uuidOf(JSON.stringify(["checkpoint", ns, id]));
}

export function headName(ns: string): Promise<string> {
  return uuidOf(JSON.stringify(["head", ns]));
}

/** @param checkpoint the name of the checkpoint. */
export function writesName(
  checkpoint: string,
  number: number,
): Promise<string> {
  return uuidOf(JSON.stringify(["writes", checkpoint, number]));
}

export function pieceName(state: string): Promise<string> {
  return uuidOf(JSON.stringify(["piece", state]));
}
