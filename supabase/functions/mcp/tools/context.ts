/** The tool `context`. */
import { z } from "@hono/zod-openapi";
import {
  DEFAULT_TOKENS,
  MAX_TOKENS,
  readContext,
  ShownContext,
} from "../contexts.ts";
import { conversationName } from "../shown.ts";
import { tool } from "../tool.ts";

export const context = tool(
  {
    name: "context",
    title: "Get a conversation's context",
    description:
      "Returns what is needed to continue a conversation: all system and developer messages, and as many of the newest " +
      "messages, without gaps, as fit max_tokens. A tool's result never comes without its call. Use it when the user " +
      "wants to continue where they left off, before answering. Use `read` to look further back.",
    input: z.strictObject({
      continuation_id: conversationName(
        "The conversation's continuation_id or id.",
      ),
      max_tokens: z.int().min(1).max(MAX_TOKENS).default(DEFAULT_TOKENS),
    }),
    output: ShownContext,
    effect: "reads",
  },
  (c, { continuation_id, max_tokens }) =>
    readContext(c, continuation_id, max_tokens),
);
