/** Changes of a session that are made once, however often they are asked for. */
import type {
  AgentInputItem,
  SessionHistoryTransaction,
  SessionHistoryTransactionArgs,
} from "@openai/agents";
import type { ConversationHandle } from "../../conversation.ts";
import { ContinuumError } from "../../error.ts";
import type { MessageInput } from "../../types.ts";
import { canonical } from "../shared/canonical.ts";
import { escaped } from "../shared/exact_json.ts";
import { sha256, uuidOf } from "../shared/names.ts";
import { itemsOf, messagesOf, toMessage } from "./items.ts";

/** As many messages as one request takes. */
const MOST_MESSAGES = 100;

/** A `last_seq` that no conversation has. */
const IMPOSSIBLE_SEQ = Number.MAX_SAFE_INTEGER;

/** @throws {ContinuumError} `seq_conflict` if others have changed the conversation meanwhile. */
export async function applyTransaction(
  conversation: ConversationHandle,
  { operationId, transaction }: SessionHistoryTransactionArgs,
): Promise<void> {
  if (typeof operationId !== "string" || operationId.trim() === "") {
    throw new TypeError("operationId must be a string that is not empty.");
  }
  if (transaction.type === "append_items") {
    const { items } = transaction;
    await conversation.append(await batchOf(operationId, transaction, items));
    return;
  }
  if (transaction.type !== "replace_suffix") {
    throw new TypeError("The type of the transaction is not known.");
  }
  const { expectedSuffix, replacement } = transaction;
  const batch = await batchOf(operationId, transaction, replacement);
  if (await isApplied(conversation, batch)) return;
  const { messages, headPosition, lastSeq } = await messagesOf(
    conversation,
    expectedSuffix.length,
  );
  const newest = messages.flatMap(itemsOf);
  const kept = newest.slice(
    0,
    Math.max(0, newest.length - expectedSuffix.length),
  );
  if (textOf(newest.slice(kept.length)) !== textOf(expectedSuffix)) {
    throw new Error("The newest items of the session are not those expected.");
  }
  await conversation.append(
    [...kept.length > 0 ? [toMessage(kept)] : [], ...batch],
    {
      expectedSeq: lastSeq,
      afterPosition: messages[0]?.parent_position ?? headPosition,
    },
  );
}

/**
 * The messages of a transaction: named by it, so that they are stored once, and marked with what it asks for, so that
 * another one with its id is refused.
 */
async function batchOf(
  operationId: string,
  transaction: SessionHistoryTransaction,
  items: readonly AgentInputItem[],
): Promise<MessageInput[]> {
  const hash = await sha256(textOf(transaction));
  const each = Math.ceil(items.length / MOST_MESSAGES);
  const groups = Array.from(
    { length: items.length === 0 ? 1 : Math.ceil(items.length / each) },
    (_, n) => items.slice(n * each, (n + 1) * each),
  );
  return await Promise.all(groups.map(async (group, n) => {
    const message = toMessage(group);
    return {
      ...message,
      client_id: await uuidOf(JSON.stringify([operationId, n])),
      metadata: { ...message.metadata, transaction: hash },
    };
  }));
}

/** Whether a batch is stored, even if it has been taken back since. */
async function isApplied(
  conversation: ConversationHandle,
  batch: readonly MessageInput[],
): Promise<boolean> {
  try {
    // Repetitions are answered before the seq is looked at. Anything else is refused.
    await conversation.append(batch, { expectedSeq: IMPOSSIBLE_SEQ });
    return true;
  } catch (error) {
    const isNew = error instanceof ContinuumError &&
      error.code === "seq_conflict";
    if (isNew) return false;
    throw error;
  }
}

/** A text that is the same for values that are stored as the same. */
function textOf(value: unknown): string {
  return canonical(escaped(value));
}
