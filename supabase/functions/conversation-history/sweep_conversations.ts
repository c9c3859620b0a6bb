/** `POST /conversation-history/_/sweep`: removes expired conversations. */
import { z } from "@hono/zod-openapi";
import { json, secretRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";

/** Room for a number. */
const MAX_SWEEP_BYTES = 1024;

const SweepConversations = z.strictObject({
  max_conversations: z.int().min(1).max(1000).default(100),
}).openapi("SweepConversations");

const SweptConversations = z.strictObject({
  conversations: z.int().openapi({
    description: "How many expired conversations were removed.",
  }),
  more: z.boolean().openapi({
    description: "Whether there may be more to remove.",
  }),
}).openapi("SweptConversations");

export const sweepConversations = secretRoute({
  operationId: "sweepConversations",
  tag: "Maintenance",
  post: "/_/sweep",
  summary: "Remove expired conversations, up to a limit",
  description: "Call it on a schedule, and again while `more` is true.",
  body: {
    schema: SweepConversations,
    maxBytes: MAX_SWEEP_BYTES,
    optional: true,
  },
  answers: { 200: ["What was removed.", SweptConversations] },
  bulk: true,
}, async (c, { body }) => json(c, await call(c, "sweep_conversations", body)));
