/** Replaces items in the middle of a session. */
import type { AgentInputItem, SessionHistoryRewriteArgs } from "@openai/agents";
import type { ConversationHandle } from "../../conversation.ts";
import type { MessageInput } from "../../types.ts";
import { itemsOf, revised } from "./items.ts";

/**
 * Replaces the first call of each function and leaves out its repetitions, by revisions of their messages.
 *
 * @throws {ContinuumError} `seq_conflict` if others have changed the conversation meanwhile.
 */
export async function rewrite(
  conversation: ConversationHandle,
  { mutations }: SessionHistoryRewriteArgs,
): Promise<void> {
  const replacements = new Map<string, AgentInputItem>();
  for (const { type, callId, replacement } of mutations) {
    if (type === "replace_function_call") replacements.set(callId, replacement);
  }
  if (replacements.size === 0) return;
  const replaced = new Set<string>();
  const revisions: MessageInput[] = [];
  let lastSeq = 0;
  for await (const page of conversation.messages({ limit: 500 }).pages()) {
    lastSeq = page.conversation?.last_seq ?? 0;
    for (const message of page.messages) {
      let isChanged = false;
      const items = itemsOf(message).flatMap((item) => {
        const replacement = item.type === "function_call"
          ? replacements.get(item.callId)
          : undefined;
        if (item.type !== "function_call" || replacement === undefined) {
          return [item];
        }
        isChanged = true;
        if (replaced.has(item.callId)) return [];
        replaced.add(item.callId);
        return [replacement];
      });
      if (isChanged) revisions.push(revised(message, items));
    }
  }
  if (revisions.length > 0) {
    await conversation.append(revisions, { expectedSeq: lastSeq });
  }
}
