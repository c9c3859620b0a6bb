/** `GET /conversation-history/{continuation_id}/messages/{message}`: one message, live or not. */
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { Message } from "../_shared/wire/conversation.ts";
import { MessagePath } from "./schemas.ts";

export const readMessage = userRoute({
  operationId: "readMessage",
  tag: "Conversations",
  get: "/{continuation_id}/messages/{message}",
  summary: "Read a message by its seq or id",
  params: MessagePath,
  answers: {
    200: ["The message, even if it is not on the live line.", Message],
  },
  problems: ["not_found"],
}, async (c, { params }) => json(c, await call(c, "read_message", params)));
