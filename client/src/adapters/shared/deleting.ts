/** Deletes what may already be gone. */
import type { ConversationHandle } from "../../conversation.ts";
import { ContinuumError } from "../../error.ts";

/** Deletes a conversation, if there is one. */
export async function deleteConversation(
  conversation: ConversationHandle,
): Promise<void> {
  try {
    await conversation.delete();
  } catch (error) {
    const isGone = error instanceof ContinuumError &&
      error.code === "not_found";
    if (!isGone) throw error;
  }
}
