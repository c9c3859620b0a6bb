/** Pages of a conversation, for the tool `read` and for resources. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { parseExact } from "./exact_json.ts";
import {
  fitting,
  showConversation,
  showMessage,
  ShownConversation,
  ShownMessage,
} from "./shown.ts";

export const MAX_MESSAGES = 100;
export const DEFAULT_MESSAGES = 20;

export const ShownPage = z.strictObject({
  conversation: ShownConversation.nullable().meta({
    description:
      "null if the conversation does not exist or you may not see it.",
  }),
  messages: z.array(ShownMessage).meta({ description: "Oldest to newest." }),
  has_more: z.boolean().meta({
    description:
      "Whether there are more messages: newer ones with `after`, else older ones.",
  }),
});

export interface Bounds {
  before?: number | undefined;
  after?: number | undefined;
  limit: number;
}

/** The newest messages within the bounds; with `after`, the oldest. */
export async function readPage(
  c: Context<Env>,
  continuation_id: string,
  { before, after, limit }: Bounds,
): Promise<z.infer<typeof ShownPage>> {
  const page = parseExact(
    await call(c, "read_history", {
      continuation_id,
      view: "line",
      max_messages: limit,
      before,
      after,
    }),
  );
  const messages = page.messages.map(showMessage);
  const shown = fitting(messages, after === undefined ? "newest" : "oldest");
  return {
    conversation: page.conversation && showConversation(page.conversation),
    messages: shown,
    has_more: page.has_more || shown.length < messages.length,
  };
}
