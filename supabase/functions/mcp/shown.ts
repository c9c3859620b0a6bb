/** Conversations and messages as a model is shown them, and how much of them fits one answer. */
import { z } from "@hono/zod-openapi";
import {
  ContinuationId,
  Conversation,
  Message,
} from "../_shared/wire/conversation.ts";
import { text } from "../_shared/wire/rules.ts";

/** How many characters of JSON an answer's messages may have: some 25,000 tokens. */
export const MAX_CHARACTERS = 100_000;

/** {@link text} that states its limits in JSON Schema. */
export function characters(min: number, max: number) {
  return text(min, max).meta({ minLength: min, maxLength: max });
}

/** A continuation_id or an id, with its limits in JSON Schema. */
export function conversationName(description: string) {
  return ContinuationId.meta({ minLength: 1, maxLength: 255, description });
}

export const ShownConversation = Conversation.pick({
  id: true,
  continuation_id: true,
  title: true,
  access: true,
  last_seq: true,
  head_position: true,
  archived_at: true,
  last_activity_at: true,
});

export const ShownMessage = z.strictObject({
  seq: z.int(),
  position: z.int(),
  role: Message.shape.role,
  content: z.string().nullable(),
  parts: z.array(z.looseObject({})).optional(),
  metadata: z.looseObject({}).optional(),
  client_id: z.string(),
  file_ids: z.array(z.string()).optional(),
  created_at: z.string(),
  truncated: z.literal(true).optional().meta({
    description:
      "The message alone exceeds what one answer may have: `content` is its beginning, and `parts` and `metadata` are left out.",
  }),
});

type ShownConversation = z.infer<typeof ShownConversation>;
type ShownMessage = z.infer<typeof ShownMessage>;

export function showConversation(
  conversation: z.infer<typeof Conversation>,
): ShownConversation {
  const { id, continuation_id, title, access, ...rest } = conversation;
  return {
    id,
    continuation_id,
    title,
    access,
    last_seq: rest.last_seq,
    head_position: rest.head_position,
    archived_at: rest.archived_at,
    last_activity_at: rest.last_activity_at,
  };
}

/** Without what is empty and what a model has no use for. */
export function showMessage(message: z.infer<typeof Message>): ShownMessage {
  return {
    seq: message.seq,
    position: message.position,
    role: message.role,
    content: message.content,
    ...(message.parts && { parts: message.parts }),
    ...(Object.keys(message.metadata).length > 0 &&
      { metadata: message.metadata }),
    client_id: message.client_id,
    ...(message.file_ids.length > 0 && { file_ids: message.file_ids }),
    created_at: message.created_at,
  };
}

/**
 * As many messages from the start (`keep: "oldest"`) or the end of a page as fit {@link MAX_CHARACTERS}. There is
 * always one, if need be only its beginning.
 */
export function fitting(
  messages: ShownMessage[],
  keep: "oldest" | "newest",
): ShownMessage[] {
  const order = keep === "oldest" ? messages : messages.toReversed();
  let room = MAX_CHARACTERS;
  const kept: ShownMessage[] = [];
  for (const message of order) {
    room -= JSON.stringify(message).length;
    if (room < 0) break;
    kept.push(message);
  }
  const [first] = order;
  if (kept.length === 0 && first !== undefined) kept.push(truncate(first));
  return keep === "oldest" ? kept : kept.toReversed();
}

function truncate(message: ShownMessage): ShownMessage {
  const { parts: _, metadata: __, content, ...rest } = message;
  return {
    ...rest,
    // Not between the halves of a surrogate pair, which JSON could not keep.
    content: content === null
      ? null
      : content.slice(0, MAX_CHARACTERS / 2).replace(/[\uD800-\uDBFF]$/, ""),
    truncated: true,
  };
}
