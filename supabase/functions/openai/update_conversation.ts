/** `POST /openai/v1/conversations/{conversation_id}`: replaces the metadata. */
import { z } from "@hono/zod-openapi";
import { frontRoute, json } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { Problem } from "../_shared/problems/problem.ts";
import { storable } from "../_shared/wire/storable.ts";
import {
  Conversation,
  ConversationPath,
  findConversation,
  found,
  Metadata,
} from "./conversation.ts";

/** Room for 64 KiB of metadata with its escapes. */
const MAX_UPDATE_BYTES = 256 * 1024;

/** How often to begin anew if others change the conversation meanwhile. */
const MAX_ATTEMPTS = 5;

const Update = storable(
  z.strictObject({ metadata: Metadata }).openapi("ConversationUpdate"),
);

export const updateConversation = frontRoute({
  operationId: "updateConversation",
  tag: "Conversations",
  post: "/v1/conversations/{conversation_id}",
  summary: "Replace a conversation's metadata",
  params: ConversationPath,
  body: { schema: Update, maxBytes: MAX_UPDATE_BYTES },
  answers: { 200: ["The changed conversation.", Conversation] },
  problems: ["read_only", "not_found", "precondition_failed"],
}, async (c, { params, body: { metadata } }) => {
  for (let attempt = 1;; attempt++) {
    const old = await findConversation(c, params.conversation_id);
    // The change is a merge patch: null removes what is not there any more.
    const removed = Object.keys(old.metadata).map((key) => [key, null]);
    try {
      const changed = await call(c, "update_conversation", {
        continuation_id: old.id,
        changes: JSON.stringify({
          metadata: { ...Object.fromEntries(removed), ...metadata },
        }),
        if_updated_at: [old.updatedAt],
      });
      return json(c, found(changed).text);
    } catch (error) {
      const isRace = error instanceof Problem &&
        error.code === "precondition_failed";
      if (!isRace || attempt === MAX_ATTEMPTS) throw error;
    }
  }
});
