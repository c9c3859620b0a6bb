/** `GET /conversation-history/{continuation_id}`: a page of messages. */
import { createRoute, type z } from "@hono/zod-openapi";
import { createRouter } from "../_shared/router.ts";
import { requireUser } from "../_shared/auth.ts";
import { conditional } from "../_shared/conditional.ts";
import { ConversationPath } from "../_shared/conversation_schemas.ts";
import { databaseAnswer } from "../_shared/database_errors.ts";
import { acceptsJson } from "../_shared/negotiation.ts";
import { problems, userProblems, userSecurity } from "../_shared/openapi.ts";
import { linkHeader } from "../_shared/pagination.ts";
import { versionTag } from "../_shared/version_tag.ts";
import { Page, PageQuery } from "./schemas.ts";

const readHistory = createRoute({
  operationId: "readHistory",
  method: "get",
  path: "/{continuation_id}",
  summary: "Read messages, oldest to newest",
  description:
    "Without before or after: the newest. A conversation that does not exist reads as " +
    "empty, and so does one that you may not see. A page may hold fewer messages than limit " +
    "where they are large: follow has_more and the Link header.",
  security: userSecurity,
  middleware: [acceptsJson, requireUser, conditional] as const,
  request: { params: ConversationPath, query: PageQuery },
  responses: {
    200: {
      description: "A page, with ETag, and Link to the pages around it.",
      content: { "application/json": { schema: Page } },
    },
    304: { description: "The page is the one that If-None-Match names." },
    ...problems(...userProblems),
  },
});

export const page = createRouter();

page.openapi(readHistory, async (c) => {
  const { continuation_id } = c.req.valid("param");
  const { limit, before, after } = c.req.valid("query");

  const found = await databaseAnswer(
    c.var.db.rpc("read_history", {
      continuation_id,
      before,
      after,
      max_messages: limit,
    }),
  );

  const history = Page.parse(found);
  const links = linkHeader(neighbours(history, limit));
  if (links !== null) c.header("Link", links);
  c.header("ETag", await versionTag(history.conversation, history));
  return c.json(history, 200);
});

/** The pages before and after this one, where there are any. seq has no gaps and starts at 1. */
function neighbours(
  { conversation, messages }: z.infer<typeof Page>,
  limit: number,
) {
  const first = messages.at(0)?.seq;
  const last = messages.at(-1)?.seq;
  return {
    prev: first !== undefined && first > 1 ? { before: first, limit } : null,
    next: last !== undefined && last < (conversation?.last_seq ?? 0)
      ? { after: last, limit }
      : null,
  };
}
