/** What conversation-append takes and answers. */
import { z } from "@hono/zod-openapi";
import {
  ContinuationId,
  Conversation,
  JsonObject,
  Message,
  MessageRole,
  Metadata,
  Title,
  TtlSeconds,
} from "../_shared/conversation_schemas.ts";
import { storable } from "../_shared/storable.ts";
import { fitsUtf8, text } from "../_shared/validation.ts";

/** The whole body: room for one message of the largest size, or many of an ordinary one. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;

const MAX_CONTENT_BYTES = 1024 * 1024;
const MAX_MESSAGES = 100;
const MAX_FILES = 100;

/** PostgreSQL's integer. */
const MAX_TOKENS = 2_147_483_647;

const FileIds = z.array(z.guid({ error: "Must be a file's id." }))
  .max(MAX_FILES, { error: `At most ${MAX_FILES} files.` })
  .refine((ids) => new Set(ids).size === ids.length, {
    error: "Must not name a file twice.",
  });

const ClientId = text(1, 255).openapi({
  description:
    "Makes the append of this message safe to retry; unique in its conversation.",
});

const IncomingMessage = z.strictObject({
  role: MessageRole,
  content: z.string().refine(
    (content) => fitsUtf8(content, MAX_CONTENT_BYTES),
    {
      error: "Must be at most 1 MiB of UTF-8.",
    },
  ),
  parts: z.array(JsonObject).nullish().openapi({
    description:
      "Typed parts such as tool calls: JSON objects, stored as given.",
  }),
  metadata: Metadata.nullish(),
  token_count: z.int().min(0).max(MAX_TOKENS).nullish().openapi({
    description: "Estimated as ceil(utf-8 bytes / 4) where absent.",
  }),
  client_id: ClientId.nullish(),
  file_ids: FileIds.nullish(),
}).refine(
  (message) => message.content !== "" || (message.parts ?? []).length > 0,
  {
    error: "May be empty only where parts is not.",
    path: ["content"],
  },
).openapi("IncomingMessage");

export const AppendRequest = storable(
  z.strictObject({
    continuation_id: ContinuationId.nullish().openapi({
      description: "Made by us where absent.",
    }),
    title: Title.nullish().openapi({
      description: "Taken when this creates the conversation.",
    }),
    metadata: Metadata.nullish().openapi({
      description: "Taken when this creates the conversation.",
    }),
    ttl_seconds: TtlSeconds.nullish().openapi({
      description: "Taken when this creates the conversation.",
    }),
    expected_seq: z.int().min(0).nullish().openapi({
      description:
        "Refuse unless the conversation's last_seq is this; 0: it must be new.",
    }),
    file_ids: FileIds.nullish().openapi({
      description: "Files to link to the conversation.",
    }),
    messages: z.array(IncomingMessage)
      .min(1, { error: "At least one message." })
      .max(MAX_MESSAGES, { error: `At most ${MAX_MESSAGES} messages.` }),
  }).superRefine((request, context) => {
    for (const { index } of repeatedClientIds(request.messages)) {
      context.addIssue({
        code: "custom",
        path: ["messages", index, "client_id"],
        message: "Another message of this batch has the same client_id.",
      });
    }
  }).openapi("AppendRequest"),
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
      "Makes the batch safe to retry as a whole; quoted or bare, 1 to 255 characters.",
  }),
});

export const AppendAnswer = z.strictObject({
  conversation: Conversation,
  messages: z.array(Message),
  replayed: z.boolean().openapi({
    description: "Nothing was written; all was there already.",
  }),
}).openapi("AppendAnswer");
