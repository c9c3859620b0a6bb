/** `PATCH` and `DELETE /conversation-history/{continuation_id}`. */
import { createRoute, z } from "@hono/zod-openapi";
import { requireUser, requireUserForBulk } from "../_shared/auth.ts";
import {
  Conversation,
  ConversationPath,
  Metadata,
  Title,
  TtlSeconds,
} from "../_shared/conversation_schemas.ts";
import { databaseAnswer } from "../_shared/database_errors.ts";
import { jsonBody } from "../_shared/json_body.ts";
import { acceptsJson } from "../_shared/negotiation.ts";
import { problems, userProblems, userSecurity } from "../_shared/openapi.ts";
import { createRouter } from "../_shared/router.ts";
import { storable } from "../_shared/storable.ts";
import { matchedVersions, versionTag } from "../_shared/version_tag.ts";

/** Metadata of 64 KiB, a title, and room to escape them. */
export const MAX_CHANGE_BYTES = 256 * 1024;

const Change = storable(
  z.strictObject({
    title: Title.optional(),
    metadata: Metadata.optional().openapi({
      description: "A JSON merge patch (RFC 7396): null removes a member.",
    }),
    archived: z.boolean().optional(),
    ttl_seconds: TtlSeconds.nullable().optional().openapi({
      description: "By the owner: what is over is deleted.",
    }),
  }).openapi("Change"),
);

const Deleted = z.strictObject({
  conversation_id: z.guid(),
  messages: z.int(),
  members: z.int(),
  files_unlinked: z.int().openapi({
    description: "The sweep removes those that nothing else links.",
  }),
}).openapi("DeletedConversation");

const IfMatch = z.object({
  "if-match": z.string().optional().openapi({
    description:
      "Change it only if it is still what the answer with this ETag showed.",
  }),
});

const changeConversation = createRoute({
  operationId: "changeConversation",
  method: "patch",
  path: "/{continuation_id}",
  summary:
    "Rename, describe, archive or keep for a time; by its owner and editors",
  security: userSecurity,
  middleware: [
    acceptsJson,
    requireUser,
    jsonBody({ maxBytes: MAX_CHANGE_BYTES }),
  ] as const,
  request: {
    params: ConversationPath,
    headers: IfMatch,
    body: {
      required: true,
      content: { "application/json": { schema: Change } },
    },
  },
  responses: {
    200: {
      description: "As it is now, with its ETag.",
      content: { "application/json": { schema: Conversation } },
    },
    ...problems(
      ...userProblems,
      "malformed_request",
      "read_only",
      "owner_only",
      "not_found",
      "precondition_failed",
      "body_too_large",
      "unsupported_media_type",
    ),
  },
});

const deleteConversation = createRoute({
  operationId: "deleteConversation",
  method: "delete",
  path: "/{continuation_id}",
  summary: "Delete a conversation of yours and all its messages, at once",
  security: userSecurity,
  middleware: [acceptsJson, requireUserForBulk] as const,
  request: { params: ConversationPath },
  responses: {
    200: {
      description: "What was removed.",
      content: { "application/json": { schema: Deleted } },
    },
    ...problems(...userProblems, "owner_only", "not_found"),
  },
});

export const changes = createRouter();

changes.openapi(changeConversation, async (c) => {
  const { continuation_id } = c.req.valid("param");
  const if_updated_at = matchedVersions(c.req.header("If-Match"));

  const changed = Conversation.parse(
    await databaseAnswer(
      c.var.db.rpc("update_conversation", {
        continuation_id,
        changes: c.req.valid("json"),
        if_updated_at,
      }),
    ),
  );
  c.header("ETag", await versionTag(changed, changed));
  return c.json(changed, 200);
});

changes.openapi(deleteConversation, async (c) => {
  const { continuation_id } = c.req.valid("param");
  const deleted = await databaseAnswer(
    c.var.db.rpc("delete_conversation", { continuation_id }),
  );
  return c.json(Deleted.parse(deleted), 200);
});
