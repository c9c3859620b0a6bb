/** `GET /conversation-history`: the caller's and shared conversations, newest activity first. */
import { createRoute } from "@hono/zod-openapi";
import { createRouter } from "../_shared/router.ts";
import { requireUser } from "../_shared/auth.ts";
import { databaseAnswer } from "../_shared/database_errors.ts";
import { acceptsJson } from "../_shared/negotiation.ts";
import { problems, userProblems, userSecurity } from "../_shared/openapi.ts";
import { decodeCursor, encodeCursor } from "../_shared/pagination.ts";
import {
  ConversationList,
  ListedConversations,
  ListPosition,
  ListQuery,
} from "./schemas.ts";

const listConversations = createRoute({
  operationId: "listConversations",
  method: "get",
  path: "/",
  summary: "List conversations",
  security: userSecurity,
  middleware: [acceptsJson, requireUser] as const,
  request: { query: ListQuery },
  responses: {
    200: {
      description: "A page of the list; next_cursor is null on the last.",
      content: { "application/json": { schema: ConversationList } },
    },
    ...problems(...userProblems, "invalid_cursor"),
  },
});

export const list = createRouter();

list.openapi(listConversations, async (c) => {
  const { cursor, limit, archived } = c.req.valid("query");
  const position = cursor === undefined
    ? null
    : decodeCursor(cursor, ListPosition);

  const found = await databaseAnswer(
    c.var.db.rpc("list_conversations", {
      archived: archived === "true",
      before_updated_at: position?.updated_at,
      before_id: position?.id,
      max_conversations: limit,
    }),
  );

  const { conversations, has_more } = ListedConversations.parse(found);
  const last = has_more ? conversations.at(-1) : undefined;
  const next_cursor = last
    ? encodeCursor({ updated_at: last.updated_at, id: last.id })
    : null;
  return c.json({ conversations, next_cursor }, 200);
});
