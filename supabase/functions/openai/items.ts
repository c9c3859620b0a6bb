/** What the routes of items share. */
import { z } from "@hono/zod-openapi";
import { JsonObject } from "../_shared/wire/conversation.ts";
import { elementsOf } from "../_shared/wire/json_text.ts";
import { ConversationPath } from "./conversation.ts";
import { nameOf } from "./ids.ts";
import { listOf } from "./list.ts";

/** As for conversation-append. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** As OpenAI's. */
const MAX_ITEMS = 20;

const isObject = (part: unknown) =>
  typeof part === "object" && part !== null && !Array.isArray(part);

const IncomingItem = JsonObject.superRefine((item, context) => {
  const { type = "message", role, content } = item;
  const fault = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (typeof type !== "string") fault("type", "Must be the type of an item.");
  else if (type === "item_reference") {
    fault("type", "References are not resolved: send the item itself.");
  } else if (type === "message") {
    if (typeof role !== "string") fault("role", "A message must have a role.");
    if (typeof content !== "string" && !Array.isArray(content)) {
      fault("content", "Must be text or an array of parts.");
    } else if (Array.isArray(content) && !content.every(isObject)) {
      fault("content", "Each part must be a JSON object.");
    }
  }
}).openapi({ type: "object", additionalProperties: true });

export const Items = z.array(IncomingItem).max(MAX_ITEMS, {
  error: `Must be at most ${MAX_ITEMS} items.`,
});

export const Item = JsonObject.openapi("Item", {
  type: "object",
  required: ["id", "type"],
  properties: { id: { type: "string" }, type: { type: "string" } },
  additionalProperties: true,
  description: "An item as it was sent, with its id.",
});

export const ItemList = listOf(Item, "ItemList");

export const IdempotencyHeaders = z.object({
  "idempotency-key": z.string().optional().openapi({
    description:
      "Makes the request safe to retry: 1 to 255 characters. The client sends one if its `idempotencyHeader` is set.",
  }),
});

export const ItemPath = ConversationPath.extend({
  item_id: z.string().min(1).max(300).transform(nameOf).openapi({
    param: { name: "item_id", in: "path" },
    type: "string",
  }),
});

/** The text of each item of a member of the body. */
export function itemTexts(items: string | undefined): string[] {
  return items === undefined || items === "null" ? [] : elementsOf(items);
}
