/** `GET /conversation-history/{continuation_id}/members/{user_id}`. */
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { Member, MemberOrMePath } from "./members.ts";

export const readMember = userRoute({
  operationId: "readMember",
  tag: "Members",
  get: "/{continuation_id}/members/{user_id}",
  summary: "Read a member's role",
  params: MemberOrMePath,
  answers: { 200: ["The member.", Member] },
  problems: ["not_found"],
}, async (c, { params: { continuation_id, user_id } }) =>
  json(
    c,
    await call(c, "read_member", {
      continuation_id,
      user_id: user_id === "me" ? c.var.userId : user_id,
    }),
  ));
