/** `DELETE /openai/v1/conversations/{conversation_id}`. */
import { z } from "@hono/zod-openapi";
import { frontRoute, json } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { ConversationPath } from "./conversation.ts";
import { conversationId } from "./ids.ts";

const Deleted = z.strictObject({
  id: z.string(),
  object: z.literal("conversation.deleted"),
  deleted: z.literal(true),
}).openapi("ConversationDeleted");

export const deleteConversation = frontRoute({
  operationId: "deleteConversation",
  tag: "Conversations",
  delete: "/v1/conversations/{conversation_id}",
  summary: "Delete one of your conversations and all its items",
  params: ConversationPath,
  answers: { 200: ["The conversation is deleted.", Deleted] },
  problems: ["owner_only", "not_found"],
  bulk: true,
}, async (c, { params }) => {
  const { conversation_id } = JSON.parse(
    await call(c, "delete_conversation", {
      continuation_id: params.conversation_id,
    }),
  );
  return json(
    c,
    JSON.stringify({
      id: conversationId(conversation_id),
      object: "conversation.deleted",
      deleted: true,
    }),
  );
});
