/** `GET /openai/v1/conversations/{conversation_id}`. */
import { frontRoute, json } from "../_shared/http/route.ts";
import {
  Conversation,
  ConversationPath,
  findConversation,
} from "./conversation.ts";

export const retrieveConversation = frontRoute(
  {
    operationId: "retrieveConversation",
    tag: "Conversations",
    get: "/v1/conversations/{conversation_id}",
    summary: "Retrieve a conversation",
    params: ConversationPath,
    answers: { 200: ["The conversation.", Conversation] },
    problems: ["not_found"],
  },
  async (c, { params }) =>
    json(c, (await findConversation(c, params.conversation_id)).text),
);
