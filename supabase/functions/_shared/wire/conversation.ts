/** Conversation and Message as they are sent, and the rules for their names, titles and metadata. */
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

/** Any JSON object. Unlike z.record, it keeps every key. */
export const JsonObject = z.custom<Record<string, Json>>(isObject, {
  error: "Must be a JSON object.",
}).openapi({ type: "object", additionalProperties: true });

/** Metadata from a client: a JSON object of at most 64 KiB. */
export const Metadata = JsonObject.refine(
  (value) => fitsUtf8(JSON.stringify(value), METADATA_BYTES),
  { error: "Must be at most 64 KiB of JSON." },
).openapi({ type: "object", additionalProperties: true });

/** {@link Metadata} that may be null or left out. */
export const OptionalMetadata = Metadata.nullish().openapi({
  type: ["object", "null"],
  additionalProperties: true,
});

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const Title = text(1, 200).openapi({ example: "Review of change 42" });

/** How many seconds a conversation is kept after its last activity, up to ten years. */
export const TtlSeconds = z.int().min(1).max(315_360_000);

/** A position on the live line of a conversation, or a seq in its log. */
export const Place = z.int().min(0);

/** A name that can be a segment of a URL's path. */
export const ContinuationId = text(1, 255)
  .refine((id) => !/\p{Cc}/u.test(id), {
    error: "Must not contain control characters.",
  })
  .refine((id) => id !== "." && id !== "..", {
    error: 'Must not be "." or "..", which a URL cannot contain as a segment.',
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
    description:
      "The seq of the newest message in the log; 0 if there are none.",
  }),
  head_position: z.int().openapi({
    description: "The last position of the live line; 0 if nothing is live.",
  }),
  access: z.enum(["owner", "editor", "viewer"]),
  archived_at: Timestamp.nullable(),
  ttl_seconds: z.int().nullable().openapi({
    description:
      "Seconds after the last activity, or after this was set, at which the conversation is hidden; null if it is kept.",
  }),
  last_activity_at: Timestamp.openapi({
    description: "When messages were last added or taken back (rewound).",
  }),
  created_at: Timestamp,
  updated_at: Timestamp.openapi({
    description: "The last change of any kind.",
  }),
}).openapi("Conversation", {
  example: {
    id: "5f0c3f0a-7a35-4c3e-9c55-0a8b4a1f6d10",
    continuation_id: "review-42",
    owner_id: "8d3a6f1e-2b7c-4f0d-a1e9-6c5b4d3e2f10",
    title: "Review of change 42",
    metadata: { project: "atlas" },
    last_seq: 2,
    head_position: 2,
    access: "owner",
    archived_at: null,
    ttl_seconds: null,
    last_activity_at: "2026-11-25T10:00:00.123456+00:00",
    created_at: "2026-11-25T10:00:00.123456+00:00",
    updated_at: "2026-11-25T10:00:00.123456+00:00",
  },
});

export const Message = z.strictObject({
  id: z.guid(),
  seq: z.int().openapi({
    description: "The message's number in the log: 1, 2, 3 and so on.",
  }),
  position: z.int().openapi({
    description:
      "The message's own seq or, if it is a revision, the position of the message that it replaces.",
  }),
  parent_position: z.int().openapi({
    description:
      "The live position that preceded this position when it was created; 0 at the start.",
  }),
  live: z.boolean().openapi({
    description:
      "Whether the message is on the live line, which pages, contexts and search read.",
  }),
  role: MessageRole,
  content: z.string().nullable(),
  parts: z.array(JsonObject).nullable().openapi({
    description:
      "Exactly as they were sent, including the order of members and the spelling of numbers.",
  }),
  metadata: JsonObject,
  token_count: z.int(),
  client_id: z.string().openapi({
    description:
      "The name that the client gave the message; its `id` if it was sent without one.",
  }),
  author_id: z.guid().nullable(),
  file_ids: z.array(z.guid()),
  erased_at: Timestamp.nullable(),
  created_at: Timestamp,
}).openapi("Message", {
  example: {
    id: "0d4e7a52-93b1-4c68-8f2d-7e6a5b4c3d20",
    seq: 1,
    position: 1,
    parent_position: 0,
    live: true,
    role: "user",
    content: "Please review this change.",
    parts: null,
    metadata: {},
    token_count: 7,
    client_id: "0d4e7a52-93b1-4c68-8f2d-7e6a5b4c3d20",
    author_id: "8d3a6f1e-2b7c-4f0d-a1e9-6c5b4d3e2f10",
    file_ids: [],
    erased_at: null,
    created_at: "2026-11-25T10:00:00.123456+00:00",
  },
});

/** The path of one conversation. */
export const ConversationPath = z.object({
  continuation_id: ContinuationId.openapi({
    param: { name: "continuation_id", in: "path" },
    description:
      "Your own continuation_id, or the id of a conversation that you may see.",
  }),
});
