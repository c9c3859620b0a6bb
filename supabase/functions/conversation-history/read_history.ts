/** `GET /conversation-history/{continuation_id}`: a page of messages. */
import { z } from "@hono/zod-openapi";
import { linkHeader } from "../_shared/http/pagination.ts";
import { json, userRoute } from "../_shared/http/route.ts";
import { versionTag } from "../_shared/http/version_tag.ts";
import { callForBytes, readForBytes } from "../_shared/platform/database.ts";
import { ConversationPath } from "../_shared/wire/conversation.ts";
import { queryOf, wholeNumber } from "../_shared/wire/rules.ts";
import { type PageEnds, pageEnds } from "./page_ends.ts";
import { Page, PageBounds } from "./schemas.ts";

const PageQuery = queryOf({
  ...PageBounds,
  limit: wholeNumber(1, 500).default(100),
  view: z.enum(["line", "log"]).default("line").openapi({
    description:
      "`line`: the live line in order of position. `log`: every message of the log in order of seq.",
  }),
  at_least: wholeNumber(0).optional().openapi({
    description:
      "A seq that you know the conversation has reached, such as the highest that you have read or written. The page " +
      "may then come from a read replica, if the project has one that has come this far.",
  }),
});

export const readHistory = userRoute({
  operationId: "readHistory",
  tag: "Conversations",
  get: "/{continuation_id}",
  summary: "Read messages, oldest to newest",
  description:
    "Returns the newest messages unless `before` or `after` is given. A conversation that does not exist, or that " +
    "you may not see, reads as empty. A page is at most 4 MiB, so it may have fewer messages than `limit`: check " +
    "`has_more`, or follow the Link header.",
  params: ConversationPath,
  query: PageQuery,
  answers: {
    200: [
      "A page, with an ETag, and a Link to the next and previous pages.",
      Page,
    ],
  },
  conditional: true,
}, async (c, { params, query: { limit, view, before, after, at_least } }) => {
  // A reader that does not say what it knows of expects to find what it has just written.
  const from = at_least === undefined ? callForBytes : readForBytes;
  const page = await from(c, "read_history", {
    ...params,
    view,
    before,
    after,
    at_least,
    max_messages: limit,
  });

  const ends = pageEnds(page);
  const links = linkHeader(neighbours(ends, { limit, view, at_least }));
  if (links !== null) c.header("Link", links);
  c.header("ETag", versionTag(ends.conversation?.updated_at, page));
  return json(c, page);
});

/** The queries of the previous and next page, or null if there is none. */
function neighbours(
  { conversation, first, last }: PageEnds,
  { limit, view, at_least }: {
    limit: number;
    view: "line" | "log";
    at_least?: number | undefined;
  },
) {
  if (!conversation || !first || !last) return { prev: null, next: null };
  const shared: Record<string, string | number> = {
    limit,
    ...(view === "log" && { view }),
    ...(at_least !== undefined && { at_least }),
  };
  if (view === "log") {
    return {
      prev: first.seq > 1 ? { before: first.seq, ...shared } : null,
      next: last.seq < conversation.last_seq
        ? { after: last.seq, ...shared }
        : null,
    };
  }
  return {
    prev: first.parent_position > 0
      ? { before: first.position, ...shared }
      : null,
    next: last.position < conversation.head_position
      ? { after: last.position, ...shared }
      : null,
  };
}
