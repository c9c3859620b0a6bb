/** `PUT /conversation-history/{continuation_id}/members/{user_id}`. */
import { z } from "@hono/zod-openapi";
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { Member, MemberPath, MemberRole } from "./members.ts";

/** Room for a role. */
const MAX_MEMBER_BYTES = 1024;

export const putMember = userRoute(
  {
    operationId: "putMember",
    tag: "Members",
    put: "/{continuation_id}/members/{user_id}",
    summary: "Invite a user, or change a member's role",
    description:
      "Owner only. The user can read the conversation by its `id` at once. It appears in their list and search only " +
      "after they have accepted.",
    params: MemberPath,
    body: {
      schema: z.strictObject({ role: MemberRole }).openapi({
        example: { role: "viewer" },
      }),
      maxBytes: MAX_MEMBER_BYTES,
    },
    answers: { 200: ["The member.", Member] },
    problems: [
      "owner_only",
      "not_found",
      "unknown_user",
      "too_many_invitations",
    ],
  },
  async (c, { params, body }) =>
    json(c, await call(c, "put_member", { ...params, ...body })),
);
