/** `GET /conversation-history`: conversations, newest activity first, or search hits with `q`. */
import { z } from "@hono/zod-openapi";
import { decodeCursor, withNextCursor } from "../_shared/http/pagination.ts";
import { json, userRoute } from "../_shared/http/route.ts";
import { read } from "../_shared/platform/database.ts";
import { ContinuationId, Conversation } from "../_shared/wire/conversation.ts";
import { ListPosition } from "../_shared/wire/positions.ts";
import {
  isJsonObject,
  queryOf,
  text,
  wholeNumber,
} from "../_shared/wire/rules.ts";
import { findUnstorable, textFault } from "../_shared/wire/storable.ts";
import { SearchAnswer, searchMessages } from "./search_messages.ts";

const ListQuery = queryOf({
  q: text(1, 500).refine((q) => textFault(q) === null, {
    error: "Must not contain U+0000 or a lone surrogate.",
  }).optional().openapi({
    description:
      'Searches titles and messages instead: words, paths and names as they stand, "a phrase", `or`, `-not` after another word.',
  }),
  cursor: z.string().max(500).optional().openapi({
    description: "The `next_cursor` of the previous page.",
  }),
  limit: wholeNumber(1, 100).default(20),
  archived: z.enum(["true", "false"]).optional().openapi({
    description:
      "Whether to return archived conversations or the others. If omitted, a list has only the others and a search has both.",
  }),
  invited: z.enum(["true"]).optional().openapi({
    description:
      "Returns open invitations: conversations shared with you that you have neither accepted nor declined.",
  }),
  prefix: ContinuationId.optional().openapi({
    description: "Only conversations whose continuation_id begins with this.",
  }),
  metadata: text(2, 4096).refine(isJsonObject, {
    error: "Must be a JSON object.",
    abort: true,
  }).refine((json) => findUnstorable(JSON.parse(json)).length === 0, {
    error: "Must not contain U+0000, a lone surrogate or more than 100 levels.",
  }).optional().openapi({
    description: "Only conversations whose metadata contains this JSON object.",
    example: '{"project":"atlas"}',
  }),
});

const ConversationList = z.strictObject({
  conversations: z.array(Conversation).openapi({
    description: "Newest activity first.",
  }),
  next_cursor: z.string().nullable(),
}).openapi("ConversationList");

export const listConversations = userRoute({
  operationId: "listConversations",
  tag: "Conversations",
  get: "/",
  summary: "List conversations, or search them",
  query: ListQuery,
  answers: {
    200: [
      "A page of the list, or of the hits if `q` was given. `next_cursor` is null on the last page.",
      z.union([ConversationList, SearchAnswer]),
    ],
  },
  problems: ["invalid_cursor"],
}, async (c, { query }) => {
  if (query.q !== undefined) {
    return json(c, await searchMessages(c, { ...query, q: query.q }));
  }
  const position = query.cursor === undefined
    ? null
    : decodeCursor(query.cursor, ListPosition);

  const answer = await read(c, "list_conversations", {
    archived: query.archived === "true",
    invited: query.invited === "true",
    max_conversations: query.limit,
    prefix: query.prefix,
    metadata: query.metadata,
    before_activity: position?.last_activity_at,
    before_id: position?.id,
  });

  return json(c, withNextCursor(answer));
});
