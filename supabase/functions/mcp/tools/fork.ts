/** The tool `fork`. */
import { z } from "@hono/zod-openapi";
import {
  BULK_TIMEOUT_MS,
  callersClient,
  callWith,
} from "../../_shared/platform/database.ts";
import { Place } from "../../_shared/wire/conversation.ts";
import {
  characters,
  conversationName,
  showConversation,
  ShownConversation,
} from "../shown.ts";
import { tool } from "../tool.ts";

export const fork = tool({
  name: "fork",
  title: "Fork a conversation",
  description:
    "Copies a conversation, up to a position if one is given, into a new one that the user owns. Use it to try " +
    "another direction without changing the original, or to continue a conversation that was shared read-only.",
  input: z.strictObject({
    continuation_id: conversationName(
      "The continuation_id or id of the conversation to copy.",
    ),
    through_position: Place.min(1).optional().meta({
      description:
        "The last position to copy. The whole conversation if omitted.",
    }),
    new_continuation_id: conversationName(
      "The copy's name; generated if omitted.",
    ).optional(),
    title: characters(1, 200).optional().meta({
      description: "The copy's title; that of the original if omitted.",
    }),
  }),
  output: z.strictObject({ conversation: ShownConversation }),
  effect: "writes",
  bulk: true,
}, async (c, input) => {
  // Handles every message of the conversation, which may take longer than other calls.
  const db = callersClient(c, c.var.credentials, BULK_TIMEOUT_MS);
  const forked = await callWith(db, "fork_conversation", input);
  return { conversation: showConversation(JSON.parse(forked)) };
});
