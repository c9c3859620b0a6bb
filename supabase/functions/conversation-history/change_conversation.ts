/** `PATCH /conversation-history/{continuation_id}`. */
import { z } from "@hono/zod-openapi";
import { json, userRoute } from "../_shared/http/route.ts";
import { matchedVersions, versionTag } from "../_shared/http/version_tag.ts";
import { call } from "../_shared/platform/database.ts";
import {
  Conversation,
  ConversationPath,
  Metadata,
  Place,
  Title,
  TtlSeconds,
} from "../_shared/wire/conversation.ts";
import { storable } from "../_shared/wire/storable.ts";

/** Room for 64 KiB of metadata and a title, with their escapes. */
export const MAX_CHANGE_BYTES = 256 * 1024;

const Change = storable(
  z.strictObject({
    title: Title.optional(),
    metadata: Metadata.optional().openapi({
      description: "A JSON merge patch (RFC 7396): null removes a member.",
    }),
    archived: z.boolean().optional(),
    ttl_seconds: TtlSeconds.nullable().optional().openapi({
      description:
        "Owner only. The conversation is deleted once this time has passed without activity.",
    }),
    head_position: Place.optional().openapi({
      description:
        "The line that ends at this position becomes the live line. With 0, nothing is live.",
    }),
  }).openapi("Change", {
    example: {
      title: "Review of change 42",
      metadata: { project: "atlas", draft: null },
    },
  }),
);

const IfMatch = z.object({
  "if-match": z.string().optional().openapi({
    description:
      "Changes the conversation only if it has not changed since the answer with this ETag.",
  }),
});

export const changeConversation = userRoute({
  operationId: "changeConversation",
  tag: "Conversations",
  patch: "/{continuation_id}",
  summary:
    "Rename, describe, archive or expire a conversation, or switch its branch",
  description: "Allowed to the owner and to editors.",
  params: ConversationPath,
  headers: IfMatch,
  body: { schema: Change, maxBytes: MAX_CHANGE_BYTES },
  answers: {
    200: ["The changed conversation, with its ETag.", Conversation],
  },
  problems: [
    "read_only",
    "owner_only",
    "not_found",
    "position_conflict",
    "precondition_failed",
  ],
}, async (c, { params, headers }) => {
  const changed = await call(c, "update_conversation", {
    ...params,
    changes: c.var.bodyText,
    if_updated_at: matchedVersions(headers["if-match"]),
  });
  const bytes = new TextEncoder().encode(changed);
  c.header("ETag", versionTag(JSON.parse(changed).updated_at, bytes));
  return json(c, bytes);
});
