/** Conversation and Message on the wire, and the rules for what names and describes them. */
import { z } from "@hono/zod-openapi";
import type { Json } from "./database.types.ts";
import { fitsUtf8, text } from "./validation.ts";

/** 64 KiB of compact JSON. */
const METADATA_BYTES = 65536;

export const MessageRole = z.enum(["system", "user", "assistant", "tool"])
  .openapi("MessageRole");

/** A JSON object, kept as it is: unlike z.record, no key is dropped. */
export const JsonObject = z.custom<Record<string, Json>>(isObject, {
  error: "Must be a JSON object.",
}).openapi({ type: "object", additionalProperties: true });

/** A JSON object of up to 64 KiB, as a client sends it. */
export const Metadata = JsonObject.refine(
  (value) => fitsUtf8(JSON.stringify(value), METADATA_BYTES),
  { error: "Must be at most 64 KiB of JSON." },
).openapi({ type: "object", additionalProperties: true });

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const Title = text(1, 200);

/** How long a conversation is kept after its last activity, in seconds: up to ten years. */
export const TtlSeconds = z.int().min(1).max(315_360_000);

/** A name that fits into one segment of a URL's path. */
export const ContinuationId = text(1, 255)
  .refine((id) => !/\p{Cc}/u.test(id), {
    error: "Must hold no control characters.",
  })
  .refine((id) => id !== "." && id !== "..", {
    error: "No URL can carry '.' or '..'.",
  })
  .openapi({ example: "review-42" });

const Timestamp = z.string().openapi({ format: "date-time" });

export const Conversation = z.strictObject({
  id: z.guid(),
  continuation_id: z.string(),
  owner_id: z.guid(),
  title: z.string(),
  metadata: JsonObject,
  last_seq: z.int().openapi({
    description: "seq of the newest message, 0 while there is none.",
  }),
  access: z.enum(["owner", "editor", "viewer"]),
  archived_at: Timestamp.nullable(),
  ttl_seconds: z.int().nullable().openapi({
    description: "Hidden this long after the last activity; null: kept.",
  }),
  created_at: Timestamp,
  updated_at: Timestamp.openapi({ description: "The last append or change." }),
}).openapi("Conversation");

export const Message = z.strictObject({
  id: z.guid(),
  seq: z.int(),
  role: MessageRole,
  content: z.string(),
  parts: z.array(JsonObject).nullable(),
  metadata: JsonObject,
  token_count: z.int(),
  client_id: z.string().nullable(),
  author_id: z.guid().nullable(),
  file_ids: z.array(z.guid()),
  created_at: Timestamp,
}).openapi("Message");

/** The path of one conversation. */
export const ConversationPath = z.object({
  continuation_id: ContinuationId.openapi({
    param: { name: "continuation_id", in: "path" },
    description:
      "Your own continuation id, or the id of a conversation that you may see.",
  }),
});
