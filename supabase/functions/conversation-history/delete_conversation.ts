/** `DELETE /conversation-history/{continuation_id}`. */
import { z } from "@hono/zod-openapi";
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { ConversationPath } from "../_shared/wire/conversation.ts";

const Deleted = z.strictObject({
  conversation_id: z.guid(),
  messages: z.int(),
  members: z.int(),
  files_unlinked: z.int().openapi({
    description:
      "The files that were linked to it. The sweep removes the ones that no other conversation links to.",
  }),
}).openapi("DeletedConversation");

export const deleteConversation = userRoute(
  {
    operationId: "deleteConversation",
    tag: "Conversations",
    delete: "/{continuation_id}",
    summary: "Delete one of your conversations and all its messages",
    params: ConversationPath,
    answers: { 200: ["What was removed.", Deleted] },
    problems: ["owner_only", "not_found"],
    bulk: true,
  },
  async (c, { params }) =>
    json(c, await call(c, "delete_conversation", params)),
);
