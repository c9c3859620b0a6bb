/** The tool `append`. */
import { z } from "@hono/zod-openapi";
import { call } from "../../_shared/platform/database.ts";
import { MessageRole } from "../../_shared/wire/conversation.ts";
import {
  characters,
  conversationName,
  showConversation,
  ShownConversation,
} from "../shown.ts";
import { tool } from "../tool.ts";

const MAX_MESSAGES = 100;

const Draft = z.strictObject({
  role: MessageRole,
  content: z.string().nullish().meta({
    description: "The text, up to 1 MiB. May be empty only if `parts` is not.",
  }),
  parts: z.array(z.looseObject({})).nullish().meta({
    description:
      "Typed parts of any provider, such as tool calls and their results. They are returned as the same JSON.",
  }),
  metadata: z.looseObject({}).nullish(),
  client_id: characters(1, 255).nullish().meta({
    description:
      "A name for the message. A message whose client_id is already stored is not stored again, so a retry is safe.",
  }),
  file_ids: z.array(z.guid()).max(100).nullish().meta({
    description: "Files that belong to the message, from `file_write`.",
  }),
});

export const append = tool({
  name: "append",
  title: "Append messages",
  description:
    "Stores messages at the end of a conversation, so that they outlive this session and other tools of the user can " +
    "continue from them. Creates the conversation if there is none with this continuation_id. Use it when the user " +
    "asks to save, remember or hand over, and after each turn of a conversation that is kept here. The batch is " +
    "stored as a whole or not at all. Give each message a client_id, or the call an idempotency_key, so that it can " +
    "be repeated safely if its answer was lost.",
  input: z.strictObject({
    continuation_id: conversationName(
      "The conversation's name, chosen by you, or the id of one that was shared with you.",
    ),
    messages: z.array(Draft).min(1).max(MAX_MESSAGES),
    title: characters(1, 200).optional().meta({
      description: "Used only if this call creates the conversation.",
    }),
    idempotency_key: characters(1, 255).optional().meta({
      description:
        "Makes the whole call safe to repeat. Use a new key for new messages.",
    }),
  }),
  output: z.strictObject({
    conversation: ShownConversation,
    messages: z.array(z.strictObject({
      seq: z.int(),
      position: z.int(),
      id: z.guid(),
      client_id: z.string(),
    })),
    replayed: z.boolean().meta({
      description:
        "Whether nothing was written because everything was already stored.",
    }),
  }),
  effect: "writes",
}, async (c, { continuation_id, title, idempotency_key }, sent) => {
  const { conversation, messages, replayed } = JSON.parse(
    await call(c, "append_messages", {
      // As it was sent: a number keeps its digits.
      request: JSON.stringify({
        continuation_id,
        title,
        messages: sent.messages,
      }),
      ...(idempotency_key !== undefined && { idempotency_key }),
    }),
  );
  return {
    conversation: showConversation(conversation),
    messages: messages.map((
      { seq, position, id, client_id }: Record<string, never>,
    ) => ({ seq, position, id, client_id })),
    replayed,
  };
});
