/** `GET /conversation-history?q=`: full-text search in the titles and messages that the caller may read. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { decodeCursor, withNextCursor } from "../_shared/http/pagination.ts";
import { read } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import {
  Conversation,
  MessageRole,
  Timestamp,
} from "../_shared/wire/conversation.ts";
import { HitPosition } from "../_shared/wire/positions.ts";

const Hit = z.strictObject({
  conversation: Conversation,
  message: z.strictObject({
    seq: z.int(),
    position: z.int(),
    role: MessageRole,
    created_at: Timestamp,
  }).nullable().openapi({
    description: "null if the match is in the conversation's title.",
  }),
  snippet: z.string().openapi({
    description: "Text around the match; ⟦ and ⟧ mark it.",
  }),
});

export const SearchAnswer = z.strictObject({
  hits: z.array(Hit).openapi({ description: "Best first." }),
  next_cursor: z.string().nullable(),
}).openapi("SearchAnswer");

/** A search. */
export interface Search {
  q: string;
  archived?: "true" | "false" | undefined;
  limit: number;
  cursor?: string | undefined;
}

/**
 * A {@link SearchAnswer} as JSON text.
 *
 * @throws {Problem} `invalid_cursor`
 */
export async function searchMessages(
  c: Context<Env>,
  { q, archived, limit, cursor }: Search,
): Promise<string> {
  const position = cursor === undefined
    ? null
    : decodeCursor(cursor, HitPosition);
  return withNextCursor(
    await read(c, "search_messages", {
      q,
      max_hits: limit,
      archived: archived === undefined ? undefined : archived === "true",
      before_rank: position?.rank,
      before_id: position?.id,
    }),
  );
}
