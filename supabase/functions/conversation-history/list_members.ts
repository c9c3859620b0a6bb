/** `GET /conversation-history/{continuation_id}/members`. */
import { z } from "@hono/zod-openapi";
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { ConversationPath } from "../_shared/wire/conversation.ts";
import { Member } from "./members.ts";

const Members = z.strictObject({ members: z.array(Member) }).openapi("Members");

export const listMembers = userRoute({
  operationId: "listMembers",
  tag: "Members",
  get: "/{continuation_id}/members",
  summary: "List the members",
  description: "The owner sees all of them; a member sees their own entry.",
  params: ConversationPath,
  answers: { 200: ["The members.", Members] },
  problems: ["not_found"],
}, async (c, { params }) => json(c, await call(c, "read_members", params)));
