/** `GET /conversation-history/{continuation_id}/context`: the messages that fit a model's token budget. */
import { z } from "@hono/zod-openapi";
import { json, userRoute } from "../_shared/http/route.ts";
import { callForBytes } from "../_shared/platform/database.ts";
import {
  Conversation,
  ConversationPath,
  Message,
} from "../_shared/wire/conversation.ts";
import { queryOf, wholeNumber } from "../_shared/wire/rules.ts";

const ContextQuery = queryOf({
  max_tokens: wholeNumber(1, 2_147_483_647),
  max_messages: wholeNumber(1, 2000).default(2000),
});

const Context = z.strictObject({
  conversation: z.union([Conversation, z.null()]),
  messages: z.array(Message).openapi({ description: "Oldest to newest." }),
  tokens_used: z.int(),
  estimated: z.boolean().openapi({
    description: "Whether any `token_count` was estimated by Continuum.",
  }),
  omitted_before_position: z.int().nullable().openapi({
    description:
      "Messages before this position are omitted, except for system and developer messages; null if none are.",
  }),
}).openapi("Context");

export const readContext = userRoute(
  {
    operationId: "readContext",
    tag: "Conversations",
    get: "/{continuation_id}/context",
    summary: "Read the newest messages that fit a token budget",
    description:
      "Returns all system and developer messages, and as many of the newest other messages, without gaps, as fit. A " +
      "tool's result never comes without its call. The response is at most 4 MiB, whatever the budget.",
    params: ConversationPath,
    query: ContextQuery,
    answers: { 200: ["The messages to send to a model.", Context] },
    problems: ["budget_too_small"],
  },
  async (c, { params, query: { max_tokens, max_messages } }) =>
    json(
      c,
      await callForBytes(c, "read_context", {
        ...params,
        max_tokens,
        max_messages,
      }),
    ),
);
