/** What every format is read into: conversations as trees of messages. */
import type { Entry } from "./entries.ts";
import type { Reading } from "../json/values.ts";
import type { JsonObject } from "../json/look.ts";

export type Role = "system" | "developer" | "user" | "assistant" | "tool";

export interface SourceMessage {
  role: Role;
  /** What a person would read; may be empty beside parts. */
  content: string;
  /** The provider's own content, as it is, unless `content` says it all. */
  parts?: object[];
  /** Everything else that the source says of the message, kept in its metadata. */
  rest?: JsonObject;
  /** RFC 3339, or null if the source has no time. */
  createdAt?: string | null;
  tokens?: number;
  /** Names or ids of files that belong to the message: see `findFile`. */
  files?: string[];
}

/** A node of a conversation's tree. */
export interface SourceNode {
  /** Unique within its conversation, and the same whenever the source is exported again. */
  id: string;
  /** Null at the start. */
  parent: string | null;
  /** Null if the node is not a message: its children follow the message before it. */
  message: SourceMessage | null;
  /** Kept with the nearest message before, if the node is not a message. */
  record?: unknown;
}

export interface SourceConversation {
  /** Unique within its format. */
  id: string;
  title?: string | undefined;
  /** Everything else that the source says of the conversation, kept in its metadata. */
  rest: JsonObject;
  archived?: boolean;
  createdAt?: string | null;
  nodes: SourceNode[];
  /** The last node of the branch that the source shows; null for the newest. */
  shown: string | null;
}

/** Something of a file that could not be taken as it is. */
export interface Finding {
  /** `fault`: it was not taken. `note`: it was taken, but not as it was, or the source has no more of it. */
  kind: "fault" | "note";
  where: string;
  reason: string;
}

export type FormatOutput = SourceConversation | Finding;

/** Which system wrote a file, and how to read it. */
export interface Format {
  /** What `--from` calls it; the beginning of the continuation ids, and the member of metadata. */
  name: string;
  /** Whether one of a file's first values is of this format. */
  recognises(value: unknown): boolean;
  /** The conversations of a file. */
  read(
    values: AsyncIterable<Reading>,
    entry: Entry,
  ): AsyncIterable<FormatOutput>;
  /** Whether the values are lines even if the file does not look so, because a line may be broken. */
  isLines?: boolean;
}

export function isFinding(output: FormatOutput): output is Finding {
  return "kind" in output;
}

export function fault(where: string, reason: string): Finding {
  return { kind: "fault", where, reason };
}

export function note(where: string, reason: string): Finding {
  return { kind: "note", where, reason };
}

/** Reads formats whose values are a conversation each. */
export async function* eachConversation(
  values: AsyncIterable<Reading>,
  read: (
    value: unknown,
    where: string,
  ) => FormatOutput | FormatOutput[],
): AsyncGenerator<FormatOutput, void, undefined> {
  for await (const reading of values) {
    if ("broken" in reading) yield fault(reading.where, reading.broken);
    else yield* [read(reading.value, reading.where)].flat();
  }
}
