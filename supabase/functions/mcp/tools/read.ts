/** The tool `read`. */
import { z } from "@hono/zod-openapi";
import { Place } from "../../_shared/wire/conversation.ts";
import {
  DEFAULT_MESSAGES,
  MAX_MESSAGES,
  readPage,
  ShownPage,
} from "../pages.ts";
import { conversationName, MAX_CHARACTERS } from "../shown.ts";
import { tool } from "../tool.ts";

export const read = tool({
  name: "read",
  title: "Read messages",
  description:
    "Reads a page of a conversation: the newest messages, or those before or after a position. Use it to look up " +
    "what was said at a certain place, for example around a hit of `search`, or to go through a conversation page by " +
    "page. To continue a conversation use `context` instead. A conversation that does not exist, or that you may not " +
    `see, has conversation null. An answer has at most ${
      MAX_CHARACTERS.toLocaleString("en")
    } characters of messages, so it may have fewer than limit: check has_more.`,
  input: z.strictObject({
    continuation_id: conversationName(
      "The conversation's continuation_id or id.",
    ),
    before: Place.min(1).optional().meta({
      description: "Only messages before this position, the newest of them.",
    }),
    after: Place.optional().meta({
      description: "Only messages after this position, the oldest of them.",
    }),
    limit: z.int().min(1).max(MAX_MESSAGES).default(DEFAULT_MESSAGES),
  }),
  output: ShownPage,
  effect: "reads",
}, (c, { continuation_id, ...bounds }) => readPage(c, continuation_id, bounds));
