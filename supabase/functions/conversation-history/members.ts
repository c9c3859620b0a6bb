/** What the routes below `…/members` take and answer. */
import { z } from "@hono/zod-openapi";
import { ConversationPath, Timestamp } from "../_shared/wire/conversation.ts";

export const MemberRole = z.enum(["viewer", "editor"]).openapi("MemberRole");

export const Member = z.strictObject({
  user_id: z.guid(),
  role: MemberRole,
  added_at: Timestamp,
  accepted_at: Timestamp.nullable().openapi({
    description:
      "Since when the conversation is in the member's own list and search; null if not.",
  }),
  declined_at: Timestamp.nullable().openapi({
    description:
      "When the member declined or left; only the member can undo it.",
  }),
}).openapi("Member");

export const MemberPath = ConversationPath.extend({
  user_id: z.guid().openapi({ param: { name: "user_id", in: "path" } }),
});

/** The path of a member, or `me` for the caller. */
export const MemberOrMePath = ConversationPath.extend({
  user_id: z.union([z.guid(), z.literal("me")]).openapi({
    param: { name: "user_id", in: "path" },
    description: "The member's user id, or `me`.",
    type: "string",
  }),
});
