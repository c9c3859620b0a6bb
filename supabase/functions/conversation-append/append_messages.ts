/** `POST /conversation-append`: appends a batch of messages to a conversation. */
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { parseIdempotencyKey } from "../_shared/http/idempotency_key.ts";
import {
  AppendAnswer,
  AppendHeaders,
  AppendRequest,
  MAX_BODY_BYTES,
} from "./schemas.ts";

export const appendMessages = userRoute({
  operationId: "appendMessages",
  tag: "Conversations",
  post: "/",
  summary: "Append one message or a batch; safe to retry",
  description:
    "Creates the conversation if it does not exist. A batch is stored as a whole or not at all. `after_position` " +
    "first ends the live line at that position (rewind). `revises` replaces a message on the live line (revise).",
  headers: AppendHeaders,
  body: { schema: AppendRequest, maxBytes: MAX_BODY_BYTES },
  answers: {
    200: ["Nothing was written: everything was already stored.", AppendAnswer],
    201: ["Appended. Location is the URL of the history.", AppendAnswer],
  },
  problems: [
    "read_only",
    "seq_conflict",
    "position_conflict",
    "idempotency_mismatch",
    "unknown_file",
    "quota_exceeded",
  ],
}, async (c, { headers }) => {
  const key = parseIdempotencyKey(headers["idempotency-key"]);

  // The body's text and not its parsed value, in which JavaScript would have rounded numbers.
  const answer = await call(c, "append_messages", {
    request: c.var.bodyText,
    ...(key !== null && { idempotency_key: key }),
  });

  const { conversation, replayed } = JSON.parse(answer);
  const name = conversation.access === "owner"
    ? conversation.continuation_id
    : conversation.id;
  c.header("Location", `conversation-history/${encodeURIComponent(name)}`);
  if (replayed) c.header("Idempotency-Replayed", "true");
  return json(c, answer, replayed ? 200 : 201);
});
