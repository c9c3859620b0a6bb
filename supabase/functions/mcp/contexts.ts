/** The messages that fit a token budget, for the tool `context` and the prompt. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { Problem } from "../_shared/problems/problem.ts";
import { parseExact } from "./exact_json.ts";
import {
  showConversation,
  showMessage,
  ShownConversation,
  ShownMessage,
} from "./shown.ts";

export const DEFAULT_TOKENS = 8000;
export const MAX_TOKENS = 100_000;

/** As many messages as one context may have, whatever their token counts say. */
const MAX_MESSAGES = 500;

/** Four characters a token, and room for what is not text. A client's own token counts may be far too low. */
const MAX_CONTEXT_CHARACTERS = 1_000_000;

export const ShownContext = z.strictObject({
  conversation: ShownConversation.nullable().meta({
    description:
      "null if the conversation does not exist or you may not see it.",
  }),
  messages: z.array(ShownMessage).meta({ description: "Oldest to newest." }),
  tokens_used: z.int(),
  omitted_before_position: z.int().nullable().meta({
    description:
      "Messages before this position are left out, except for system and developer messages; null if none are.",
  }),
});

/** @throws {Problem} `budget_too_small` if not even the newest message fits. */
export async function readContext(
  c: Context<Env>,
  continuation_id: string,
  max_tokens: number,
): Promise<z.infer<typeof ShownContext>> {
  const answer = await call(c, "read_context", {
    continuation_id,
    max_tokens,
    max_messages: MAX_MESSAGES,
  });
  if (answer.length > MAX_CONTEXT_CHARACTERS) {
    throw new Problem("validation_failed", {
      detail:
        "These messages are larger than their token counts say. Call the tool again with a smaller max_tokens, or use `read`.",
    });
  }
  const context = parseExact(answer);
  return {
    conversation: context.conversation &&
      showConversation(context.conversation),
    messages: context.messages.map(showMessage),
    tokens_used: context.tokens_used,
    omitted_before_position: context.omitted_before_position,
  };
}
