/** The SDK's items as parts of messages. */
import type { AgentInputItem } from "@openai/agents";
import type { ConversationHandle } from "../../conversation.ts";
import type { Message, MessageInput, MessageRole } from "../../types.ts";
import { escaped, restored } from "../shared/exact_json.ts";

/** The type of a part that stands for no item: where all items of a message are gone. */
const NOTHING = "openai_agents_nothing";

/** A message of these items, usually one. */
export function toMessage(items: readonly AgentInputItem[]): MessageInput {
  const [first] = items;
  return {
    role: first === undefined ? "assistant" : roleOf(first),
    parts: first === undefined
      ? [{ type: NOTHING }]
      : items.map((item) => escaped(item) as object),
    metadata: { openai_agents: true },
  };
}

/** A message with these items in the place of another. */
export function revised(
  message: Message,
  items: readonly AgentInputItem[],
): MessageInput {
  return { ...toMessage(items), revises: message.position };
}

/** The items of a message. One that was appended without this adapter is an item with its text. */
export function itemsOf(message: Message): AgentInputItem[] {
  const parts = message.parts ?? [];
  if (message.metadata.openai_agents === true) {
    return parts.filter(({ type }) => type !== NOTHING)
      .map((part) => restored(part) as AgentInputItem);
  }
  const text = message.content ||
    parts.map(({ text }) => text).filter((text) => typeof text === "string")
      .join("\n");
  if (text === "") return [];
  if (message.role === "assistant") {
    return [{
      type: "message",
      role: "assistant",
      status: "completed",
      content: [{ type: "output_text", text }],
    }];
  }
  const role = message.role === "user" ? "user" : "system";
  return [{ type: "message", role, content: text }];
}

/**
 * At least the newest `count` items, if there are so many, in whole messages, the oldest first; and what `expectedSeq`
 * has to be so that nothing has changed since.
 */
export async function messagesOf(
  conversation: ConversationHandle,
  count: number,
): Promise<{ messages: Message[]; headPosition: number; lastSeq: number }> {
  const messages: Message[] = [];
  let items = 0;
  let first: { headPosition: number; lastSeq: number } | undefined;
  const newest = conversation.messages({
    newestFirst: true,
    limit: Math.min(Math.max(count, 1), 500),
  });
  for await (const page of newest.pages()) {
    const { head_position = 0, last_seq = 0 } = page.conversation ?? {};
    first ??= { headPosition: head_position, lastSeq: last_seq };
    for (const message of [...page.messages].reverse()) {
      if (items >= count) break;
      items += itemsOf(message).length;
      messages.unshift(message);
    }
    if (items >= count) break;
  }
  while (messages[0] !== undefined && itemsOf(messages[0]).length === 0) {
    messages.shift();
  }
  return { messages, ...first ?? { headPosition: 0, lastSeq: 0 } };
}

function roleOf(item: AgentInputItem): MessageRole {
  if ("role" in item && item.role !== undefined) return item.role;
  return /_(result|output)$/.test(item.type ?? "") ? "tool" : "assistant";
}
