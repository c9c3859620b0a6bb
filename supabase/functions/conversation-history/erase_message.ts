/** `DELETE /conversation-history/{continuation_id}/messages/{message}`: empties a message permanently. */
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { Message } from "../_shared/wire/conversation.ts";
import { MessagePath } from "./schemas.ts";

export const eraseMessage = userRoute({
  operationId: "eraseMessage",
  tag: "Conversations",
  delete: "/{continuation_id}/messages/{message}",
  summary: "Erase one message by its seq or id",
  description:
    "Allowed to the conversation's owner, and to the message's author while they are an editor. Content, parts, " +
    "metadata, file links and the search index are deleted permanently. The row stays, with `erased_at`. To take a " +
    "message off the live line without erasing it, rewind or revise.",
  params: MessagePath,
  answers: { 200: ["The erased message.", Message] },
  problems: ["not_found", "read_only", "owner_only"],
}, async (c, { params }) => json(c, await call(c, "erase_message", params)));
