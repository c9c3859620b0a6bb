/** LibreChat's export of a conversation as JSON: messages in each other (`recursive`) or in a list. */
import {
  idOf,
  isObject,
  type JsonObject,
  listOf,
  numberOf,
  objectOf,
  partsOf,
  telling,
  textOf,
  timeOf,
  without,
} from "../../json/look.ts";
import {
  eachConversation,
  fault,
  type Format,
  type FormatOutput,
  type SourceMessage,
  type SourceNode,
} from "../model.ts";

/** The parent of a conversation's first message. */
const START = "00000000-0000-0000-0000-000000000000";

export const librechat: Format = {
  name: "librechat",
  recognises: (value) =>
    isObject(value) && "conversationId" in value &&
    (Array.isArray(value.messages) || Array.isArray(value.messagesTree)),
  read: (values) => eachConversation(values, conversation),
};

function conversation(value: unknown, where: string): FormatOutput {
  const source = objectOf(value);
  const id = idOf(source.conversationId);
  const messages = source.messages ?? source.messagesTree;
  if (id === undefined || !Array.isArray(messages)) {
    return fault(where, "It has no conversationId or no messages.");
  }
  const nodes = nodesOf(messages);
  return {
    id,
    title: textOf(source.title),
    rest: telling(
      without(source, ["messages", "messagesTree", "title"]),
    ),
    archived: source.isArchived === true,
    createdAt: timeOf(source.createdAt),
    nodes,
    shown: lastShown(nodes),
  };
}

/** The messages with their answers, without recursion: a long conversation is as deep as it is long. */
function nodesOf(messages: unknown[]): SourceNode[] {
  const nodes: SourceNode[] = [];
  const stack: { value: unknown; parent: string | null }[] = messages
    .map((value) => ({ value, parent: null })).reverse();
  let previous: string | null = null;
  for (let next; (next = stack.pop()) !== undefined;) {
    const source = objectOf(next.value);
    const id = idOf(source.messageId) ?? idOf(source.id) ??
      `message-${nodes.length + 1}`;
    const named = idOf(source.parentMessageId);
    const parent: string | null = named === START
      ? null
      // A list without parents is a conversation without branches.
      : named ?? next.parent ?? ("parentMessageId" in source ? null : previous);
    nodes.push({ id, parent, message: messageOf(source) });
    previous = id;
    const children = listOf(source.children);
    for (const value of [...children].reverse()) {
      stack.push({ value, parent: id });
    }
  }
  return nodes;
}

/** LibreChat shows the last of the answers to each message. */
function lastShown(nodes: SourceNode[]): string | null {
  const lastChild = new Map<string | null, string>();
  const ids = new Set(nodes.map(({ id }) => id));
  for (const { id, parent } of nodes) {
    lastChild.set(parent !== null && ids.has(parent) ? parent : null, id);
  }
  let shown: string | null = null;
  for (let seen = 0; seen <= nodes.length; seen++) {
    const next = lastChild.get(shown);
    if (next === undefined) break;
    shown = next;
  }
  return shown;
}

function messageOf(source: JsonObject): SourceMessage {
  const parts = partsOf(source.content);
  const written = parts.flatMap((part) => {
    const text = part.text ?? part.think;
    return textOf(text) ?? textOf(objectOf(text).value) ?? [];
  }).join("\n");
  const text = textOf(source.text) || written;
  const isUser = source.isCreatedByUser === true ||
    source.isCreatedByUser === undefined &&
      /^user$/i.test(textOf(source.sender) ?? "");
  if (text === "" && parts.length === 0) parts.push({ type: "text", text: "" });
  const tokens = numberOf(source.tokenCount);
  return {
    role: isUser ? "user" : "assistant",
    content: text,
    ...(parts.length > 0 && { parts }),
    rest: telling(without(source, [
      "messageId",
      "parentMessageId",
      "conversationId",
      "text",
      "content",
      "children",
      "isCreatedByUser",
      "createdAt",
    ])),
    createdAt: timeOf(source.createdAt),
    ...(tokens !== undefined && Number.isInteger(tokens) && tokens >= 0 &&
      tokens < 2 ** 31 && { tokens }),
  };
}
