/** The requests and answers of the routes below `…/members`. */
import { z } from "@hono/zod-openapi";
import { ConversationPath, Timestamp } from "../_shared/wire/conversation.ts";

export const MemberRole = z.enum(["viewer", "editor"]).openapi("MemberRole");

export const Member = z.strictObject({
  user_id: z.guid(),
  role: MemberRole,
  added_at: Timestamp,
  accepted_at: Timestamp.nullable().openapi({
    description:
      "When the member accepted; null if the conversation is not in their list and search.",
  }),
  declined_at: Timestamp.nullable().openapi({
    description:
      "When the member declined or left, which only they can undo; null if they did not.",
  }),
}).openapi("Member", {
  example: {
    user_id: "c2d3e4f5-6071-4829-a3b4-c5d6e7f80912",
    role: "viewer",
    added_at: "2026-11-25T10:00:00.123456+00:00",
    accepted_at: null,
    declined_at: null,
  },
});

export const MemberPath = ConversationPath.extend({
  user_id: z.guid().openapi({ param: { name: "user_id", in: "path" } }),
});

/** The path of a member, or of the caller as `me`. */
export const MemberOrMePath = ConversationPath.extend({
  user_id: z.union([z.guid(), z.literal("me")]).openapi({
    param: { name: "user_id", in: "path" },
    description: "The member's user id, or `me`.",
    type: "string",
  }),
});
