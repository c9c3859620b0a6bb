/** `POST /conversation-history/sweep`: removes expired conversations, with the secret key. */
import { createRoute, z } from "@hono/zod-openapi";
import {
  adminClient,
  BULK_TIMEOUT_MS,
  requireSecret,
} from "../_shared/auth.ts";
import { databaseAnswer } from "../_shared/database_errors.ts";
import { jsonBody } from "../_shared/json_body.ts";
import {
  problems,
  secretProblems,
  secretSecurity,
} from "../_shared/openapi.ts";
import { createRouter } from "../_shared/router.ts";

/** A number. */
const MAX_SWEEP_BYTES = 1024;

const SweepConversations = z.strictObject({
  max_conversations: z.int().min(1).max(1000).default(100),
}).openapi("SweepConversations");

const SweptConversations = z.strictObject({
  conversations: z.int().openapi({
    description: "Expired conversations removed.",
  }),
  more: z.boolean().openapi({ description: "Whether another call has work." }),
}).openapi("SweptConversations");

const sweepConversations = createRoute({
  operationId: "sweepConversations",
  method: "post",
  path: "/sweep",
  summary:
    "Remove conversations whose ttl_seconds are over, a bounded number a call",
  security: secretSecurity,
  middleware: [requireSecret, jsonBody({ maxBytes: MAX_SWEEP_BYTES })] as const,
  request: {
    body: {
      required: true,
      content: { "application/json": { schema: SweepConversations } },
    },
  },
  responses: {
    200: {
      description: "What was done.",
      content: { "application/json": { schema: SweptConversations } },
    },
    ...problems(...secretProblems),
  },
});

export const sweep = createRouter();

sweep.openapi(sweepConversations, async (c) => {
  const swept = await databaseAnswer(
    adminClient(BULK_TIMEOUT_MS).rpc(
      "sweep_conversations",
      c.req.valid("json"),
    ),
  );
  return c.json(SweptConversations.parse(swept), 200);
});
