/** LangChain's messages as those of a conversation. */
import type { StoredMessage } from "@langchain/core/messages";
import type { Message, MessageInput, MessageRole } from "../../types.ts";
import { escaped, restored } from "../shared/exact_json.ts";

/** The type of the part that holds a message but for its text. */
const PART = "langchain";

const ROLES: Record<string, MessageRole> = {
  human: "user",
  ai: "assistant",
  system: "system",
  tool: "tool",
  function: "tool",
};

const TYPES: Record<MessageRole, string> = {
  user: "human",
  assistant: "ai",
  system: "system",
  developer: "system",
  tool: "generic",
};

/** A message's text is its content, so that it is found by search; everything else is in one part. */
export function toMessage({ type, data }: StoredMessage): MessageInput {
  const { content, ...rest } = data;
  const text: unknown = escaped(content);
  const isText = typeof text === "string";
  return {
    role: roleOf(type, data.role),
    content: isText ? text : null,
    parts: [{
      type: PART,
      message: { type, data: escaped(isText ? rest : data) },
    }],
  };
}

export function fromMessage(message: Message): StoredMessage {
  const part = message.parts?.find(({ type }) => type === PART);
  const text = message.content ?? "";
  if (part === undefined) {
    return { type: TYPES[message.role], data: plain(message, text) };
  }
  const { type, data } = part.message as StoredMessage;
  return {
    type,
    data: restored({
      ...(message.content === null ? {} : { content: text }),
      ...data,
    }) as StoredMessage["data"],
  };
}

function roleOf(type: string, role: string | undefined): MessageRole {
  const known = type === "generic" && role !== undefined && role in TYPES
    ? role as MessageRole
    : ROLES[type];
  if (known !== undefined) return known;
  if (type === "generic") return "user";
  throw new TypeError(`A message of the type "${type}" cannot be stored.`);
}

/** A message that was appended without this adapter: its content, else the text in its parts. */
function plain(message: Message, content: string): StoredMessage["data"] {
  const texts = (message.parts ?? []).map(({ text }) => text)
    .filter((text) => typeof text === "string");
  return {
    content: content || texts.join("\n"),
    role: message.role,
    name: undefined,
    tool_call_id: undefined,
    id: message.client_id,
  };
}
