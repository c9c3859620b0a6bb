/** What conversation-history takes and answers. */
import { z } from "@hono/zod-openapi";
import { Conversation, Message } from "../_shared/conversation_schemas.ts";
import { CursorTime } from "../_shared/pagination.ts";
import { textFault } from "../_shared/storable.ts";
import { queryOf, text, wholeNumber } from "../_shared/validation.ts";

export const PageQuery = queryOf({
  before: wholeNumber(1).optional().openapi({
    description:
      "Only messages older than this seq, the newest of them first in choice.",
  }),
  after: wholeNumber(0).optional().openapi({
    description:
      "Only messages newer than this seq, the oldest of them first in choice.",
  }),
  limit: wholeNumber(1, 500).default(100),
});

export const Page = z.strictObject({
  conversation: z.union([Conversation, z.null()]),
  messages: z.array(Message).openapi({ description: "Oldest to newest." }),
  has_more: z.boolean().openapi({
    description:
      "Whether there are more in the direction travelled: newer with after, else older.",
  }),
}).openapi("Page");

export const ListQuery = queryOf({
  q: text(1, 500).refine((q) => textFault(q) === null, {
    error: "Holds what no text can.",
  }).optional().openapi({
    description:
      'Search messages instead, in web-search syntax: words, "a phrase", or, -not. Nothing ' +
      "but what not to find finds nothing.",
  }),
  cursor: z.string().max(500).optional().openapi({
    description: "next_cursor of the page before.",
  }),
  limit: wholeNumber(1, 100).default(20),
  archived: z.enum(["true", "false"]).optional().openapi({
    description:
      "Archived conversations or the others; a list without it has the others, a " +
      "search both.",
  }),
});

/** What a cursor of the list stands for. */
export const ListPosition = z.strictObject({
  updated_at: CursorTime,
  id: z.guid(),
});

/** What list_conversations answers. */
export const ListedConversations = z.strictObject({
  conversations: z.array(Conversation),
  has_more: z.boolean(),
});

export const ConversationList = z.strictObject({
  conversations: z.array(Conversation).openapi({
    description: "Newest activity first.",
  }),
  next_cursor: z.string().nullable(),
}).openapi("ConversationList");
