/** `GET /conversation-history`: the caller's and shared conversations, newest activity first. */
import { createRoute, z } from "@hono/zod-openapi";
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
import { SearchAnswer, searchMessages } from "./search.ts";

const ListOrSearch = z.union([ConversationList, SearchAnswer]);

const listConversations = createRoute({
  operationId: "listConversations",
  method: "get",
  path: "/",
  summary: "List conversations, or search their messages with q",
  security: userSecurity,
  middleware: [acceptsJson, requireUser] as const,
  request: { query: ListQuery },
  responses: {
    200: {
      description: "A page of the list; next_cursor is null on the last.",
      content: { "application/json": { schema: ListOrSearch } },
    },
    ...problems(...userProblems, "invalid_cursor"),
  },
});

export const list = createRouter();

list.openapi(listConversations, async (c) => {
  const { q, cursor, limit, archived } = c.req.valid("query");
  if (q !== undefined) {
    const wanted = archived === undefined ? undefined : archived === "true";
    const search = { q, cursor, limit, archived: wanted };
    return c.json(await searchMessages(c.var.db, search), 200);
  }
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
