/** `GET /conversation-history/{continuation_id}/context`: what fits a model's token budget. */
import { createRoute, z } from "@hono/zod-openapi";
import { requireUser } from "../_shared/auth.ts";
import {
  Conversation,
  ConversationPath,
  Message,
} from "../_shared/conversation_schemas.ts";
import { databaseAnswer } from "../_shared/database_errors.ts";
import { acceptsJson } from "../_shared/negotiation.ts";
import { problems, userProblems, userSecurity } from "../_shared/openapi.ts";
import { createRouter } from "../_shared/router.ts";
import { queryOf, wholeNumber } from "../_shared/validation.ts";

const ContextQuery = queryOf({
  max_tokens: wholeNumber(1, 2_147_483_647),
  max_messages: wholeNumber(1, 2000).default(2000),
});

const Context = z.strictObject({
  conversation: z.union([Conversation, z.null()]),
  messages: z.array(Message).openapi({ description: "Oldest to newest." }),
  tokens_used: z.int(),
  estimated: z.boolean().openapi({
    description: "Whether some token_count is our estimate.",
  }),
  omitted_before_seq: z.int().nullable().openapi({
    description:
      "All older messages but the system's are left out; null: none is.",
  }),
}).openapi("Context");

const readContext = createRoute({
  operationId: "readContext",
  method: "get",
  path: "/{continuation_id}/context",
  summary: "Read the newest messages within a token budget",
  description:
    "Every system message, and the longest run of others up to the newest that fits. A " +
    "tool's result never comes without its call. At most 4 MiB, whatever the budget.",
  security: userSecurity,
  middleware: [acceptsJson, requireUser] as const,
  request: { params: ConversationPath, query: ContextQuery },
  responses: {
    200: {
      description: "The window.",
      content: { "application/json": { schema: Context } },
    },
    ...problems(...userProblems, "budget_too_small"),
  },
});

export const context = createRouter();

context.openapi(readContext, async (c) => {
  const { continuation_id } = c.req.valid("param");
  const { max_tokens, max_messages } = c.req.valid("query");

  const found = await databaseAnswer(
    c.var.db.rpc("read_context", { continuation_id, max_tokens, max_messages }),
  );
  return c.json(Context.parse(found), 200);
});
