/** `GET /openai/v1/conversations`: the list that OpenAI lacks, as Azure has it. */
import { z } from "@hono/zod-openapi";
import { frontRoute, json } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { elementsOf, membersOf } from "../_shared/wire/json_text.ts";
import { queryOf } from "../_shared/wire/rules.ts";
import { Conversation, findConversation, found } from "./conversation.ts";
import { conversationId, nameOf } from "./ids.ts";
import { After, Limit, listOf, listText } from "./list.ts";

const Query = queryOf({
  after: After,
  limit: Limit,
  order: z.literal("desc", {
    error: "Must be desc: the newest activity comes first.",
  }).optional(),
});

export const listConversations = frontRoute({
  operationId: "listConversations",
  tag: "Conversations",
  get: "/v1/conversations",
  summary: "List conversations, newest activity first",
  query: Query,
  answers: {
    200: ["A page of the list.", listOf(Conversation, "ConversationList")],
  },
  problems: ["not_found"],
}, async (c, { query: { after, limit } }) => {
  const last = after === undefined
    ? null
    : await findConversation(c, nameOf(after));
  const answer = new Map(membersOf(
    await call(c, "list_conversations", {
      archived: false,
      invited: false,
      max_conversations: limit,
      before_activity: last?.lastActivityAt,
      before_id: last?.id,
    }),
  ));
  const rows = elementsOf(answer.get("conversations") ?? "[]").map(found);
  return json(
    c,
    listText(
      rows.map(({ id, text }) => ({ id: conversationId(id), text })),
      answer.get("last") !== "null",
    ),
  );
});
