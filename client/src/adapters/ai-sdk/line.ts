/** Reads the newest messages of a conversation, all as of the same moment. */
import type { ConversationHandle } from "../../conversation.ts";
import { ContinuumError } from "../../error.ts";
import type { Conversation, Message } from "../../types.ts";

export interface LineOptions {
  /** How many messages, at most. */
  last: number;
  /** Only messages before this position. */
  before?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface Line {
  conversation: Conversation | null;
  /** Oldest first. */
  rows: Message[];
  /** Whether there are older messages. */
  hasEarlier: boolean;
}

/** The largest page of the API. */
const PAGE = 500;

/** How often a line that changes between two pages is read anew. */
const TRIES = 5;

/** The live line, or its newest messages. */
export async function readLine(
  handle: ConversationHandle,
  { last, before, signal }: LineOptions,
): Promise<Line> {
  for (let tries = 0; tries < TRIES; tries++) {
    const line: Line = { conversation: null, rows: [], hasEarlier: false };
    let isWhole = true;
    const pages = handle.messages({
      newestFirst: true,
      limit: Math.min(last, PAGE),
      before,
      signal,
    }).pages();
    for await (const { conversation, messages, has_more } of pages) {
      line.conversation ??= conversation;
      isWhole = isSame(conversation, line.conversation);
      line.rows.unshift(...messages);
      line.hasEarlier = has_more;
      if (!isWhole || line.rows.length >= last) break;
    }
    const surplus = Math.max(0, line.rows.length - last);
    line.rows.splice(0, surplus);
    line.hasEarlier ||= surplus > 0;
    if (isWhole) return line;
  }
  throw new ContinuumError({
    code: "seq_conflict",
    status: 409,
    detail: "The conversation changes faster than it can be read.",
    retryable: true,
  });
}

/** Whether two pages are of the same state of the conversation. */
function isSame(a: Conversation | null, b: Conversation | null): boolean {
  return a?.id === b?.id && a?.last_seq === b?.last_seq &&
    a?.head_position === b?.head_position;
}
