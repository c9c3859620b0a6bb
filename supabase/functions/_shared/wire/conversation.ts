/** Conversation and Message on the wire, and the rules for what names and describes them. */
import { z } from "@hono/zod-openapi";
import type { Json } from "../generated/database.types.ts";
import { fitsUtf8, text } from "./rules.ts";

/** 64 KiB of compact JSON. */
const METADATA_BYTES = 65536;

export const MessageRole = z.enum([
  "system",
  "developer",
  "user",
  "assistant",
  "tool",
]).openapi("MessageRole");

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

export const Title = text(1, 200).openapi({ example: "Review of change 42" });

/** How long a conversation is kept after its last activity, in seconds: up to ten years. */
export const TtlSeconds = z.int().min(1).max(315_360_000);

/** A place in a conversation: a position of its live line, or a seq of its log. */
export const Place = z.int().min(0);

/** A name that fits into one segment of a URL's path. */
export const ContinuationId = text(1, 255)
  .refine((id) => !/\p{Cc}/u.test(id), {
    error: "Must not contain control characters.",
  })
  .refine((id) => id !== "." && id !== "..", {
    error: 'Must not be "." or "..", which no URL can carry.',
  })
  .openapi({ example: "review-42" });

export const Timestamp = z.string().openapi({
  format: "date-time",
  example: "2026-11-25T10:00:00.123456+00:00",
});

export const Conversation = z.strictObject({
  id: z.guid(),
  continuation_id: z.string().openapi({ example: "review-42" }),
  owner_id: z.guid(),
  title: z.string(),
  metadata: JsonObject,
  last_seq: z.int().openapi({
    description: "seq of the newest message of the log, 0 if there is none.",
  }),
  head_position: z.int().openapi({
    description: "The last position of the live line, 0 if nothing is live.",
  }),
  access: z.enum(["owner", "editor", "viewer"]),
  archived_at: Timestamp.nullable(),
  ttl_seconds: z.int().nullable().openapi({
    description:
      "The conversation is hidden this long after its last activity, or after this was set; null if it is kept.",
  }),
  last_activity_at: Timestamp.openapi({
    description: "When messages were last added or taken back.",
  }),
  created_at: Timestamp,
  updated_at: Timestamp.openapi({
    description: "The last change of any kind.",
  }),
}).openapi("Conversation");

export const Message = z.strictObject({
  id: z.guid(),
  seq: z.int().openapi({ description: "Its place in the log." }),
  position: z.int().openapi({
    description:
      "Its own seq, or the position that it stands for as a revision.",
  }),
  parent_position: z.int().openapi({
    description:
      "The live position before it when its position was made; 0 at the start.",
  }),
  live: z.boolean().openapi({
    description:
      "Whether it is on the line that pages, contexts and search read.",
  }),
  role: MessageRole,
  content: z.string().nullable(),
  parts: z.array(JsonObject).nullable().openapi({
    description:
      "As the text that was sent: members, their order and numbers are not changed.",
  }),
  metadata: JsonObject,
  token_count: z.int(),
  client_id: z.string().openapi({
    description:
      "The client's name for the message; its id if it was sent without one.",
  }),
  author_id: z.guid().nullable(),
  file_ids: z.array(z.guid()),
  erased_at: Timestamp.nullable(),
  created_at: Timestamp,
}).openapi("Message");

/** The path of one conversation. */
export const ConversationPath = z.object({
  continuation_id: ContinuationId.openapi({
    param: { name: "continuation_id", in: "path" },
    description:
      "Your own continuation_id, or the id of a conversation that you may see.",
  }),
});
