/** `DELETE /conversation-history/{continuation_id}/members/{user_id}`. */
import { userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { MemberOrMePath } from "./members.ts";

export const removeMember = userRoute({
  operationId: "removeMember",
  tag: "Members",
  delete: "/{continuation_id}/members/{user_id}",
  summary: "Remove a member, decline an invitation, or leave",
  description:
    "The owner can remove any member. A member can only remove themselves.",
  params: MemberOrMePath,
  answers: { 204: ["The user has no access any more."] },
  problems: ["owner_only", "not_found"],
}, async (c, { params: { continuation_id, user_id } }) => {
  await call(c, "remove_member", {
    continuation_id,
    user_id: user_id === "me" ? c.var.userId : user_id,
  });
  return c.body(null, 204);
});
