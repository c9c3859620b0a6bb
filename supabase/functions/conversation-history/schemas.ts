/** Requests and answers that several routes of conversation-history share. */
import { z } from "@hono/zod-openapi";
import {
  Conversation,
  ConversationPath,
  Message,
} from "../_shared/wire/conversation.ts";
import { wholeNumber } from "../_shared/wire/rules.ts";

export const Page = z.strictObject({
  conversation: z.union([Conversation, z.null()]),
  messages: z.array(Message).openapi({ description: "Oldest to newest." }),
  has_more: z.boolean().openapi({
    description:
      "Whether there are more messages in the direction you are paging in: newer with `after`, else older.",
  }),
}).openapi("Page");

/** The bounds of a page. */
export const PageBounds = {
  before: wholeNumber(1).optional().openapi({
    description:
      "Only messages before this position (with `view=log`, this seq). If there are more than `limit`, the newest.",
  }),
  after: wholeNumber(0).optional().openapi({
    description:
      "Only messages after this position (with `view=log`, this seq). If there are more than `limit`, the oldest.",
  }),
};

/** The path of one message. */
export const MessagePath = ConversationPath.extend({
  message: z.string().regex(
    /^([1-9][0-9]{0,15}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/,
    { error: "Must be a message's seq or id." },
  ).openapi({
    param: { name: "message", in: "path" },
    description: "The message's seq or id.",
    example: "42",
  }),
});
