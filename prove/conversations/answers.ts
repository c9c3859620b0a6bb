/** Answers of the API, as the history keeps them. */
import type { Row, Snapshot } from "./history.ts";

// deno-lint-ignore no-explicit-any -- bodies of answers
type Body = any;

export function rowsOf(messages: Body[]): Row[] {
  return messages.map((message) => ({
    seq: message.seq,
    id: message.id,
    content: message.content,
    position: message.position,
    parent: message.parent_position,
  }));
}

export function snapshotOf(conversation: Body): Snapshot {
  return {
    lastSeq: conversation.last_seq,
    head: conversation.head_position,
    version: microseconds(conversation.updated_at),
  };
}

/** A timestamp of PostgreSQL in JSON, which has up to six digits of a second. */
function microseconds(text: string): number {
  const [, whole = "", fraction = "", zone = ""] =
    /^([^.]+?)(?:\.(\d+))?(Z|[+-][\d:]+)$/.exec(text) ?? [];
  return Date.parse(whole + zone) * 1000 + Number(fraction.padEnd(6, "0"));
}
