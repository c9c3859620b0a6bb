/** The tool `list`. */
import { z } from "@hono/zod-openapi";
import { decodeCursor, withNextCursor } from "../../_shared/http/pagination.ts";
import { call } from "../../_shared/platform/database.ts";
import { ListPosition } from "../../_shared/wire/positions.ts";
import {
  conversationName,
  showConversation,
  ShownConversation,
} from "../shown.ts";
import { tool } from "../tool.ts";

export const list = tool({
  name: "list",
  title: "List conversations",
  description:
    "Lists the user's conversations and those shared with them, newest activity first. Use it when the user asks " +
    "what is stored, or to find the continuation_id of a recent conversation. To find one by what was said, use " +
    "`search`.",
  input: z.strictObject({
    prefix: conversationName(
      "Only conversations whose continuation_id begins with this.",
    ).optional(),
    archived: z.boolean().default(false).meta({
      description: "Whether to list archived conversations or the others.",
    }),
    limit: z.int().min(1).max(100).default(20),
    cursor: z.string().max(500).optional().meta({
      description: "The next_cursor of the previous answer.",
    }),
  }),
  output: z.strictObject({
    conversations: z.array(ShownConversation),
    next_cursor: z.string().nullable(),
  }),
  effect: "reads",
}, async (c, { prefix, archived, limit, cursor }) => {
  const position = cursor === undefined
    ? null
    : decodeCursor(cursor, ListPosition);
  const { conversations, next_cursor } = JSON.parse(withNextCursor(
    await call(c, "list_conversations", {
      archived,
      invited: false,
      max_conversations: limit,
      prefix,
      before_activity: position?.last_activity_at,
      before_id: position?.id,
    }),
  ));
  return { conversations: conversations.map(showConversation), next_cursor };
});
