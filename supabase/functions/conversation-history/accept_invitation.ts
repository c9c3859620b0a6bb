/** `PUT /conversation-history/{continuation_id}/members/me`. */
import { z } from "@hono/zod-openapi";
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { ConversationPath } from "../_shared/wire/conversation.ts";
import { Member } from "./members.ts";

/** The body is empty. */
const MAX_ACCEPT_BYTES = 1024;

export const acceptInvitation = userRoute(
  {
    operationId: "acceptInvitation",
    tag: "Members",
    put: "/{continuation_id}/members/me",
    summary: "Accept an invitation",
    description:
      "Address the conversation by its `id`. From now on it is in your list and search. You can also accept after declining.",
    params: ConversationPath,
    body: {
      schema: z.strictObject({}),
      maxBytes: MAX_ACCEPT_BYTES,
      optional: true,
    },
    answers: { 200: ["Your membership.", Member] },
    problems: ["not_found"],
  },
  async (c, { params }) => json(c, await call(c, "accept_invitation", params)),
);
