/** `POST /conversation-append`: one batch into one conversation. */
import { createRoute } from "@hono/zod-openapi";
import { createRouter } from "../_shared/router.ts";
import { requireUser } from "../_shared/auth.ts";
import { databaseAnswer } from "../_shared/database_errors.ts";
import { Problem } from "../_shared/errors.ts";
import { jsonBody } from "../_shared/json_body.ts";
import { acceptsJson } from "../_shared/negotiation.ts";
import { problems, userProblems, userSecurity } from "../_shared/openapi.ts";
import { parseIdempotencyKey } from "./idempotency_key.ts";
import {
  AppendAnswer,
  AppendHeaders,
  AppendRequest,
  MAX_BODY_BYTES,
} from "./schemas.ts";

const answer = { "application/json": { schema: AppendAnswer } };

const appendMessages = createRoute({
  operationId: "appendMessages",
  method: "post",
  path: "/",
  summary: "Append one message or a batch, atomically and safely to retry",
  security: userSecurity,
  middleware: [
    acceptsJson,
    requireUser,
    jsonBody({ maxBytes: MAX_BODY_BYTES }),
  ] as const,
  request: {
    headers: AppendHeaders,
    body: {
      required: true,
      content: { "application/json": { schema: AppendRequest } },
    },
  },
  responses: {
    200: {
      description: "All of it was there already; nothing was written.",
      content: answer,
    },
    201: {
      description: "Appended. Location names the history.",
      content: answer,
    },
    ...problems(
      ...userProblems,
      "malformed_request",
      "read_only",
      "seq_conflict",
      "body_too_large",
      "unsupported_media_type",
      "idempotency_mismatch",
      "unknown_file",
    ),
  },
});

export const append = createRouter();

append.openapi(appendMessages, async (c) => {
  const batch = c.req.valid("json");
  const key = parseIdempotencyKey(c.req.header("Idempotency-Key"));
  if (key !== null) refuseClientIds(batch.messages);

  const stored = await databaseAnswer(
    c.var.db.rpc("append_messages", {
      messages: batch.messages,
      continuation_id: batch.continuation_id ?? undefined,
      title: batch.title ?? undefined,
      metadata: batch.metadata ?? undefined,
      ttl_seconds: batch.ttl_seconds ?? undefined,
      expected_seq: batch.expected_seq ?? undefined,
      file_ids: batch.file_ids ?? undefined,
      idempotency_key: key ?? undefined,
    }),
  );

  const { conversation, messages, replayed } = AppendAnswer.parse(stored);
  const name = conversation.access === "owner"
    ? conversation.continuation_id
    : conversation.id;
  c.header("Location", `conversation-history/${encodeURIComponent(name)}`);
  if (replayed) c.header("Idempotency-Replayed", "true");
  return c.json({ conversation, messages, replayed }, replayed ? 200 : 201);
});

/** An Idempotency-Key names every message of its batch, so none can have a name of its own. */
function refuseClientIds(messages: { client_id?: string | null }[]): void {
  const errors = messages.flatMap(({ client_id }, index) =>
    client_id === null || client_id === undefined ? [] : [{
      pointer: `/messages/${index}/client_id`,
      detail: "Send a client_id per message or an Idempotency-Key, not both.",
    }]
  );
  if (errors[0]) {
    throw new Problem("validation_failed", errors[0].detail, { errors });
  }
}
