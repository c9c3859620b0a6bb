/** `DELETE /conversation-history/{continuation_id}/files/{file_id}`: takes a file out of a conversation. */
import { z } from "@hono/zod-openapi";
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { ConversationPath } from "../_shared/wire/conversation.ts";

const LinkPath = ConversationPath.extend({
  file_id: z.guid().openapi({ param: { name: "file_id", in: "path" } }),
});

const Unlinked = z.strictObject({
  links_removed: z.int().openapi({
    description: "Links of the conversation and of its messages.",
    example: 1,
  }),
}).openapi("UnlinkedFile");

export const unlinkFile = userRoute({
  operationId: "unlinkFile",
  tag: "Conversations",
  delete: "/{continuation_id}/files/{file_id}",
  summary: "Unlink a file from a conversation",
  description:
    "The conversation's owner, or whoever linked the file while an editor. The file itself is kept: the sweep " +
    "removes it if nothing links it any more.",
  params: LinkPath,
  answers: { 200: ["The file is no longer linked.", Unlinked] },
  problems: ["not_found", "read_only", "owner_only"],
}, async (c, { params }) => json(c, await call(c, "unlink_file", params)));
