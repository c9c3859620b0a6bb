/** The tool `search`. */
import { z } from "@hono/zod-openapi";
import { decodeCursor, withNextCursor } from "../../_shared/http/pagination.ts";
import { call } from "../../_shared/platform/database.ts";
import { MessageRole } from "../../_shared/wire/conversation.ts";
import { HitPosition } from "../../_shared/wire/positions.ts";
import { characters } from "../shown.ts";
import { tool } from "../tool.ts";

const Hit = z.strictObject({
  continuation_id: z.string(),
  conversation_id: z.guid(),
  title: z.string(),
  message: z.strictObject({
    seq: z.int(),
    position: z.int(),
    role: MessageRole,
    created_at: z.string(),
  }).nullable().meta({
    description: "null if the match is in the conversation's title.",
  }),
  snippet: z.string().meta({
    description: "Text around the match; ⟦ and ⟧ mark it.",
  }),
});

export const search = tool({
  name: "search",
  title: "Search conversations",
  description:
    "Searches the titles and messages of all conversations that the user may see, best hits first. Use it when the " +
    "user refers to something from earlier and you do not know in which conversation it was. Then `read` around the " +
    'hit\'s position, or `context` to continue. Words, paths and names are found as they stand; "a phrase" in quotes, ' +
    "`or` between words, `-not` before a word to exclude it. All words must match: use few and distinctive ones.",
  input: z.strictObject({
    query: characters(1, 500),
    limit: z.int().min(1).max(50).default(10),
    cursor: z.string().max(500).optional().meta({
      description: "The next_cursor of the previous answer.",
    }),
  }),
  output: z.strictObject({
    hits: z.array(Hit),
    next_cursor: z.string().nullable(),
  }),
  effect: "reads",
}, async (c, { query, limit, cursor }) => {
  const position = cursor === undefined
    ? null
    : decodeCursor(cursor, HitPosition);
  const { hits, next_cursor } = JSON.parse(withNextCursor(
    await call(c, "search_messages", {
      q: query,
      max_hits: limit,
      before_rank: position?.rank,
      before_id: position?.id,
    }),
  ));
  return {
    // deno-lint-ignore no-explicit-any -- as the database wrote it
    hits: hits.map(({ conversation, message, snippet }: any) => ({
      // The name is its owner's: to anybody else the conversation is known by its id.
      continuation_id: conversation.continuation_id,
      conversation_id: conversation.id,
      title: conversation.title,
      message,
      snippet,
    })),
    next_cursor,
  };
});
