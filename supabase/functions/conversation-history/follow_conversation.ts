/** `GET /conversation-history/{continuation_id}/follow`: the log of a conversation, as it grows. */
import { z } from "@hono/zod-openapi";
import { userRoute } from "../_shared/http/route.ts";
import { ConversationPath, Message } from "../_shared/wire/conversation.ts";
import { answerAsJson, FollowAnswer } from "./follow/answer.ts";
import { answerAsEvents } from "./follow/stream.ts";
import { readerOf } from "./follow/reader.ts";
import { FollowHeaders, FollowQuery, wantedBy } from "./follow/request.ts";

export const followConversation = userRoute({
  operationId: "followConversation",
  tag: "Conversations",
  get: "/{continuation_id}/follow",
  summary: "Follow what is appended to a conversation",
  description:
    "Returns every message of the log after a seq, in order of seq, and then what is appended, as it comes: as an " +
    "event stream, or as JSON that may wait for the next message. A conversation that does not exist, or that you " +
    "may not see, reads as empty and may be followed. docs/reference/api.md describes the events.",
  params: ConversationPath,
  query: FollowQuery,
  headers: FollowHeaders,
  answers: {
    200: ["The messages, and where to go on.", {
      "application/json": z.union([FollowAnswer, z.array(Message)]),
      "text/event-stream": z.string(),
    }],
    204: ["Nothing new came while `live=long-poll` waited."],
  },
  problems: ["not_acceptable", "position_conflict"],
}, async (c, { params, query, headers }) => {
  const wanted = wantedBy(
    query,
    headers["last-event-id"],
    c.req.header("Accept"),
  );
  const reader = readerOf(c, params.continuation_id, wanted);
  return wanted.form === "events" && c.req.raw.method !== "HEAD"
    ? await answerAsEvents(c, reader, wanted)
    : await answerAsJson(c, reader, wanted);
});
