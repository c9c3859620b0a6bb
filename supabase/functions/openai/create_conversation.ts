/** `POST /openai/v1/conversations`. */
import { z } from "@hono/zod-openapi";
import { parseIdempotencyKey } from "../_shared/http/idempotency_key.ts";
import { frontRoute, json } from "../_shared/http/route.ts";
import { membersOf } from "../_shared/wire/json_text.ts";
import { storable } from "../_shared/wire/storable.ts";
import { appendItems } from "./append_items.ts";
import { Conversation, Metadata } from "./conversation.ts";
import {
  IdempotencyHeaders,
  Items,
  itemTexts,
  MAX_BODY_BYTES,
} from "./items.ts";

const Creation = storable(
  z.strictObject({
    items: Items.nullish(),
    metadata: Metadata.nullish(),
  }).openapi("ConversationCreation"),
);

export const createConversation = frontRoute({
  operationId: "createConversation",
  tag: "Conversations",
  post: "/v1/conversations",
  summary: "Create a conversation",
  headers: IdempotencyHeaders,
  body: { schema: Creation, maxBytes: MAX_BODY_BYTES, optional: true },
  answers: { 200: ["The conversation.", Conversation] },
  problems: ["idempotency_mismatch", "unknown_file", "quota_exceeded"],
}, async (c, { headers }) => {
  const body = new Map(membersOf(c.var.bodyText || "{}"));
  const { conversation } = await appendItems(c, {
    metadata: body.get("metadata"),
    items: itemTexts(body.get("items")),
    key: parseIdempotencyKey(headers["idempotency-key"]),
  });
  return json(c, conversation.text);
});
