/** `POST /conversation-history/{continuation_id}/fork`: a conversation that begins as another. */
import { createRoute, z } from "@hono/zod-openapi";
import { requireUserForBulk } from "../_shared/auth.ts";
import {
  ContinuationId,
  Conversation,
  ConversationPath,
  Title,
} from "../_shared/conversation_schemas.ts";
import { databaseAnswer } from "../_shared/database_errors.ts";
import { jsonBody } from "../_shared/json_body.ts";
import { acceptsJson } from "../_shared/negotiation.ts";
import { problems, userProblems, userSecurity } from "../_shared/openapi.ts";
import { createRouter } from "../_shared/router.ts";
import { storable } from "../_shared/storable.ts";

/** Two names and a number. */
const MAX_FORK_BYTES = 16 * 1024;

const Fork = storable(
  z.strictObject({
    through_seq: z.int().min(1).nullish().openapi({
      description: "All of it where absent.",
    }),
    continuation_id: ContinuationId.nullish().openapi({
      description: "The new conversation's; made by us where absent.",
    }),
    title: Title.nullish().openapi({
      description: "The source's where absent.",
    }),
  }).openapi("Fork"),
);

const forkConversation = createRoute({
  operationId: "forkConversation",
  method: "post",
  path: "/{continuation_id}/fork",
  summary: "Continue from a point of a conversation in one of your own",
  description:
    "Messages are copied with their seqs, files are linked. The source is untouched.",
  security: userSecurity,
  middleware: [
    acceptsJson,
    requireUserForBulk,
    jsonBody({ maxBytes: MAX_FORK_BYTES }),
  ] as const,
  request: {
    params: ConversationPath,
    body: { required: true, content: { "application/json": { schema: Fork } } },
  },
  responses: {
    201: {
      description: "The new conversation. Location names its history.",
      content: { "application/json": { schema: Conversation } },
    },
    ...problems(
      ...userProblems,
      "malformed_request",
      "not_found",
      "already_exists",
      "body_too_large",
      "unsupported_media_type",
    ),
  },
});

export const fork = createRouter();

fork.openapi(forkConversation, async (c) => {
  const { continuation_id } = c.req.valid("param");
  const wanted = c.req.valid("json");

  const forked = Conversation.parse(
    await databaseAnswer(
      c.var.db.rpc("fork_conversation", {
        continuation_id,
        through_seq: wanted.through_seq ?? undefined,
        new_continuation_id: wanted.continuation_id ?? undefined,
        title: wanted.title ?? undefined,
      }),
    ),
  );
  // Relative to …/conversation-history/<source>/fork.
  c.header("Location", `../${encodeURIComponent(forked.continuation_id)}`);
  return c.json(forked, 201);
});
