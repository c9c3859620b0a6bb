/** The requests and answers of conversation-append. */
import { z } from "@hono/zod-openapi";
import {
  ContinuationId,
  Conversation,
  JsonObject,
  Message,
  MessageRole,
  OptionalMetadata,
  Place,
  Title,
  TtlSeconds,
} from "../_shared/wire/conversation.ts";
import { storable } from "../_shared/wire/storable.ts";
import { fitsUtf8, text } from "../_shared/wire/rules.ts";

/** The size limit of a body: room for a few messages of the largest size, or many ordinary ones. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;

const MAX_CONTENT_BYTES = 1024 * 1024;
const MAX_MESSAGES = 100;
const MAX_FILES = 100;

/** The largest value of PostgreSQL's type integer. */
const MAX_TOKENS = 2_147_483_647;

/** How many milliseconds a client's clock may be ahead. */
const CLOCK_TOLERANCE_MS = 60_000;

const FileIds = z.array(z.guid({ error: "Must be a file's id." }))
  .max(MAX_FILES, { error: `Must be at most ${MAX_FILES} file ids.` })
  .refine((ids) => new Set(ids).size === ids.length, {
    error: "Must not contain the same id twice.",
  });

const ClientId = text(1, 255).openapi({
  description:
    "Makes the append of this message safe to retry: a client_id that is already stored is not stored again.",
});

const IncomingMessage = z.strictObject({
  role: MessageRole,
  content: z.string().refine(
    (content) => fitsUtf8(content, MAX_CONTENT_BYTES),
    { error: "Must be at most 1 MiB of UTF-8." },
  ).nullish().openapi({ description: "May be empty only if `parts` is not." }),
  parts: z.array(JsonObject).nullish().openapi({
    description:
      "Typed parts of any provider, such as tool calls: JSON objects, returned as the text that was sent.",
  }),
  metadata: OptionalMetadata,
  token_count: z.int().min(0).max(MAX_TOKENS).nullish().openapi({
    description: "Estimated from content and parts if omitted.",
  }),
  client_id: ClientId.nullish(),
  revises: z.int().min(1).nullish().openapi({
    description: "The live position whose message this one replaces.",
  }),
  created_at: z.iso.datetime({
    offset: true,
    error: "Must be a time with its offset, such as 2026-11-25T10:00:00Z.",
    abort: true,
  }).refine(
    (time) => Date.parse(time) <= Date.now() + CLOCK_TOLERANCE_MS,
    { error: "Must not be later than now." },
  ).nullish().openapi({
    description:
      "When the message was written, if it is imported. The current time if omitted. It does not affect the order.",
  }),
  file_ids: FileIds.nullish().openapi({
    description: "Files to link to the message.",
  }),
}).refine(
  // With a client_id it may be an erased message that is sent back, which the database knows.
  (message) =>
    (message.content ?? "") !== "" || (message.parts ?? []).length > 0 ||
    (message.client_id ?? null) !== null,
  { error: "May be empty only if parts is not.", path: ["content"] },
).openapi("IncomingMessage");

export const AppendRequest = storable(
  z.strictObject({
    continuation_id: ContinuationId.nullish().openapi({
      description: "Generated if omitted.",
    }),
    title: Title.nullish().openapi({
      description: "Used only if this request creates the conversation.",
    }),
    metadata: OptionalMetadata.openapi({
      description: "Used only if this request creates the conversation.",
    }),
    ttl_seconds: TtlSeconds.nullish().openapi({
      description: "Used only if this request creates the conversation.",
    }),
    expected_seq: z.int().min(0).nullish().openapi({
      description:
        "Refuses the request unless this is the conversation's `last_seq`. 0 requires a new or empty conversation.",
    }),
    after_position: Place.nullish().openapi({
      description:
        "Ends the live line at this position before appending. 0 is the start of the line. Nothing is removed from the log.",
    }),
    on_mismatch: z.enum(["refuse", "revise"]).nullish().openapi({
      description:
        "What to do if a `client_id` is already stored with another payload: refuse the request (the default) or revise that message.",
    }),
    file_ids: FileIds.nullish().openapi({
      description: "Files to link to the conversation.",
    }),
    messages: z.array(IncomingMessage)
      .max(MAX_MESSAGES, { error: `Must be at most ${MAX_MESSAGES} messages.` })
      .openapi({
        description:
          "May be empty: the request then only creates or rewinds the conversation.",
      }),
  }).superRefine((request, context) => {
    for (const { index } of repeatedClientIds(request.messages)) {
      context.addIssue({
        code: "custom",
        path: ["messages", index, "client_id"],
        message: "Another message in this batch has the same client_id.",
      });
    }
  }).openapi("AppendRequest", {
    example: {
      continuation_id: "review-42",
      messages: [{ role: "user", content: "Please review this change." }],
    },
  }),
);

function repeatedClientIds(
  messages: { client_id?: string | null | undefined }[],
) {
  const seen = new Set<string>();
  return messages
    .map(({ client_id }, index) => ({ client_id, index }))
    .filter(({ client_id }) => {
      if (client_id === null || client_id === undefined) return false;
      const repeated = seen.has(client_id);
      seen.add(client_id);
      return repeated;
    });
}

export const AppendHeaders = z.object({
  "idempotency-key": z.string().optional().openapi({
    description:
      "Makes the request safe to retry as a whole; quoted or bare, 1 to 255 characters.",
  }),
});

export const AppendAnswer = z.strictObject({
  conversation: Conversation,
  messages: z.array(Message),
  replayed: z.boolean().openapi({
    description:
      "Whether nothing was written because everything was already stored.",
  }),
}).openapi("AppendAnswer");
