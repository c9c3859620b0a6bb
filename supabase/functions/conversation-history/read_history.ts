/** `GET /conversation-history/{continuation_id}`: a page of messages. */
import { z } from "@hono/zod-openapi";
import { linkHeader } from "../_shared/http/pagination.ts";
import { json, userRoute } from "../_shared/http/route.ts";
import { versionTag } from "../_shared/http/version_tag.ts";
import { call } from "../_shared/platform/database.ts";
import { ConversationPath } from "../_shared/wire/conversation.ts";
import { queryOf, wholeNumber } from "../_shared/wire/rules.ts";
import { Page, PageBounds } from "./schemas.ts";

const PageQuery = queryOf({
  ...PageBounds,
  limit: wholeNumber(1, 500).default(100),
  view: z.enum(["line", "log"]).default("line").openapi({
    description:
      "`line`: the live line in order of position. `log`: every message of the log in order of seq.",
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
}, async (c, { params, query: { limit, view, before, after } }) => {
  const answer = await call(c, "read_history", {
    ...params,
    view,
    before,
    after,
    max_messages: limit,
  });

  const page: z.infer<typeof Page> = JSON.parse(answer);
  const links = linkHeader(neighbours(page, view, limit));
  if (links !== null) c.header("Link", links);
  const bytes = new TextEncoder().encode(answer);
  c.header("ETag", await versionTag(page.conversation?.updated_at, bytes));
  return json(c, bytes);
});

/** The queries of the previous and next page, or null if there is none. */
function neighbours(
  { conversation, messages }: z.infer<typeof Page>,
  view: "line" | "log",
  limit: number,
) {
  const first = messages.at(0);
  const last = messages.at(-1);
  if (!conversation || !first || !last) return { prev: null, next: null };
  const shared: Record<string, string | number> = view === "log"
    ? { limit, view }
    : { limit };
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
