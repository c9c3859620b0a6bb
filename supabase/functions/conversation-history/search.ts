/** `GET /conversation-history?q=`: full-text search over the messages that the caller may read. */
import { z } from "@hono/zod-openapi";
import { Conversation, MessageRole } from "../_shared/conversation_schemas.ts";
import { databaseAnswer } from "../_shared/database_errors.ts";
import type { Db } from "../_shared/env.ts";
import { decodeCursor, encodeCursor } from "../_shared/pagination.ts";

const Hit = z.strictObject({
  conversation: Conversation,
  message: z.strictObject({
    seq: z.int(),
    role: MessageRole,
    snippet: z.string().openapi({
      description: "Text around the match; ⟦ and ⟧ mark it.",
    }),
    created_at: z.string().openapi({ format: "date-time" }),
  }),
});

export const SearchAnswer = z.strictObject({
  hits: z.array(Hit).openapi({ description: "Best first." }),
  next_cursor: z.string().nullable(),
}).openapi("SearchAnswer");

/** What a cursor of a search stands for. */
const HitPosition = z.strictObject({
  rank: z.number().refine(isReal),
  id: z.guid(),
});

/** What search_messages answers. */
const FoundHits = z.strictObject({
  hits: z.array(Hit.extend({ rank: z.number(), id: z.guid() })),
  has_more: z.boolean(),
});

/** Whether PostgreSQL's real takes it: neither too large nor too close to 0. */
function isReal(rank: number): boolean {
  const real = Math.fround(rank);
  return Number.isFinite(real) && (real !== 0 || rank === 0);
}

/** What to look for. */
export interface Search {
  q: string;
  archived: boolean | undefined;
  limit: number;
  cursor: string | undefined;
}

/** @throws {Problem} `invalid_cursor` */
export async function searchMessages(
  db: Db,
  { q, archived, limit, cursor }: Search,
): Promise<z.infer<typeof SearchAnswer>> {
  const position = cursor === undefined
    ? null
    : decodeCursor(cursor, HitPosition);
  const found = FoundHits.parse(
    await databaseAnswer(
      db.rpc("search_messages", {
        q,
        archived,
        before_rank: position?.rank,
        before_id: position?.id,
        max_hits: limit,
      }),
    ),
  );
  const last = found.has_more ? found.hits.at(-1) : undefined;
  return {
    hits: found.hits.map(({ conversation, message }) => ({
      conversation,
      message,
    })),
    next_cursor: last ? encodeCursor({ rank: last.rank, id: last.id }) : null,
  };
}
