/** `POST /openai/v1/conversations/{conversation_id}/items`. */
import { z } from "@hono/zod-openapi";
import { parseIdempotencyKey } from "../_shared/http/idempotency_key.ts";
import { frontRoute, json } from "../_shared/http/route.ts";
import { membersOf } from "../_shared/wire/json_text.ts";
import { queryOf } from "../_shared/wire/rules.ts";
import { storable } from "../_shared/wire/storable.ts";
import { appendItems } from "./append_items.ts";
import { ConversationPath, findConversation } from "./conversation.ts";
import {
  IdempotencyHeaders,
  ItemList,
  Items,
  itemTexts,
  MAX_BODY_BYTES,
} from "./items.ts";
import { Include, listText } from "./list.ts";

const Creation = storable(
  z.strictObject({
    items: Items.min(1, { error: "Must be at least one item." }),
  }).openapi("ItemCreation"),
);

export const createItems = frontRoute({
  operationId: "createItems",
  tag: "Items",
  post: "/v1/conversations/{conversation_id}/items",
  summary: "Append items to a conversation",
  description:
    "All of them or none. An item with an `id` that the conversation has already is not appended again.",
  params: ConversationPath,
  query: queryOf(Include),
  headers: IdempotencyHeaders,
  body: { schema: Creation, maxBytes: MAX_BODY_BYTES },
  answers: { 200: ["The items, in the order of the request.", ItemList] },
  problems: [
    "not_found",
    "read_only",
    "idempotency_mismatch",
    "unknown_file",
    "quota_exceeded",
  ],
}, async (c, { params, headers }) => {
  const key = parseIdempotencyKey(headers["idempotency-key"]);
  // An append creates a conversation that is not there, and OpenAI answers 404.
  const { id } = await findConversation(c, params.conversation_id);
  const { items } = await appendItems(c, {
    conversation: id,
    items: itemTexts(new Map(membersOf(c.var.bodyText)).get("items")),
    key,
  });
  return json(c, listText(items, false));
});
