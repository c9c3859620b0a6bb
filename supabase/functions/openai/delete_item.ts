/** `DELETE /openai/v1/conversations/{conversation_id}/items/{item_id}`. */
import type { Context } from "hono";
import { frontRoute, json } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { Problem } from "../_shared/problems/problem.ts";
import {
  Conversation,
  conversationIn,
  findConversation,
  type Found,
} from "./conversation.ts";
import type { StoredItem } from "./item.ts";
import { ItemPath } from "./items.ts";
import { findItem } from "./retrieve_item.ts";

/** How often to try to shorten the line while others append. */
const MAX_ATTEMPTS = 3;

export const deleteItem = frontRoute({
  operationId: "deleteItem",
  tag: "Items",
  delete: "/v1/conversations/{conversation_id}/items/{item_id}",
  summary: "Delete an item",
  description:
    "Its content is erased permanently, wherever it is. If it is the newest, the conversation ends before it.",
  params: ItemPath,
  answers: { 200: ["The conversation.", Conversation] },
  problems: ["not_found", "read_only", "owner_only"],
}, async (c, { params: { conversation_id, item_id } }) => {
  const item = await findItem(c, conversation_id, item_id);
  await call(c, "erase_message", {
    continuation_id: conversation_id,
    message: item.messageId,
  });
  return json(c, (await endBefore(c, conversation_id, item)).text);
});

/**
 * Takes an erased item off the end of the line, unless another one follows it. Nothing depends on it: what is
 * erased is not listed anyway, but other doors would show an empty message.
 */
async function endBefore(
  c: Context<Env>,
  name: string,
  { position, parentPosition }: StoredItem,
): Promise<Found> {
  for (let attempt = 1;; attempt++) {
    const conversation = await findConversation(c, name);
    if (conversation.headPosition !== position || attempt > MAX_ATTEMPTS) {
      return conversation;
    }
    try {
      return conversationIn(
        await call(c, "append_messages", {
          request: JSON.stringify({
            continuation_id: conversation.id,
            after_position: parentPosition,
            // What was appended meanwhile must not be taken back.
            expected_seq: conversation.lastSeq,
            messages: [],
          }),
        }),
      );
    } catch (error) {
      const isRace = error instanceof Problem &&
        ["seq_conflict", "position_conflict"].includes(error.code);
      if (!isRace) throw error;
    }
  }
}
