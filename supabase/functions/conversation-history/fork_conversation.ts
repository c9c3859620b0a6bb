/** `POST /conversation-history/{continuation_id}/fork`: copies a conversation up to a position. */
import { z } from "@hono/zod-openapi";
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import {
  ContinuationId,
  Conversation,
  ConversationPath,
  Title,
} from "../_shared/wire/conversation.ts";
import { storable } from "../_shared/wire/storable.ts";

/** Room for two names and a number. */
const MAX_FORK_BYTES = 16 * 1024;

const Fork = storable(
  z.strictObject({
    through_position: z.int().min(1).nullish().openapi({
      description: "The last position to copy. The whole live line if omitted.",
    }),
    continuation_id: ContinuationId.nullish().openapi({
      description: "The new conversation's name; generated if omitted.",
    }),
    title: Title.nullish().openapi({
      description: "The title of the source if omitted.",
    }),
  }).openapi("Fork", {
    example: { through_position: 2, continuation_id: "review-42-again" },
  }),
);

export const forkConversation = userRoute({
  operationId: "forkConversation",
  tag: "Conversations",
  post: "/{continuation_id}/fork",
  summary: "Copy a conversation up to a position, to continue it as your own",
  description:
    "Copies the live line, with new seqs and positions from 1. Files are linked, not copied. The source does not change.",
  params: ConversationPath,
  body: { schema: Fork, maxBytes: MAX_FORK_BYTES, optional: true },
  answers: {
    201: [
      "The new conversation. Location is the URL of its history.",
      Conversation,
    ],
  },
  problems: ["not_found", "already_exists", "quota_exceeded"],
  bulk: true,
}, async (c, { params, body }) => {
  const forked = await call(c, "fork_conversation", {
    ...params,
    ...(body.through_position && { through_position: body.through_position }),
    ...(body.continuation_id && { new_continuation_id: body.continuation_id }),
    ...(body.title && { title: body.title }),
  });
  // Relative to …/conversation-history/<source>/fork.
  c.header(
    "Location",
    `../${encodeURIComponent(JSON.parse(forked).continuation_id)}`,
  );
  return json(c, forked, 201);
});
