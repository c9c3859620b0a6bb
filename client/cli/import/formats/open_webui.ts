/** Open WebUI's export of chats. */
import {
  idOf,
  isObject,
  type JsonObject,
  listOf,
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

export const openWebui: Format = {
  name: "open-webui",
  recognises: (value) =>
    isObject(value) && isObject(value.chat) &&
    (isObject(value.chat.history) || Array.isArray(value.chat.messages)),
  read: (values) => eachConversation(values, conversation),
};

function conversation(value: unknown, where: string): FormatOutput {
  const source = objectOf(value);
  const chat = objectOf(source.chat);
  const history = objectOf(chat.history);
  const id = idOf(source.id) ?? idOf(chat.id);
  if (
    id === undefined ||
    !isObject(history.messages) && !Array.isArray(chat.messages)
  ) {
    return fault(where, "It has no id or no messages.");
  }
  const nodes = isObject(history.messages)
    ? Object.entries(history.messages).map(([key, message]) =>
      node(key, objectOf(message))
    )
    : chain(listOf(chat.messages));
  return {
    id,
    title: textOf(source.title) ?? textOf(chat.title),
    rest: telling({
      ...without(source, ["chat", "title"]),
      chat: telling(
        without(chat, ["history", "messages", "title", "id"]),
      ),
    }),
    archived: source.archived === true,
    createdAt: timeOf(source.created_at) ?? timeOf(chat.timestamp),
    nodes,
    shown: idOf(history.currentId) ?? null,
  };
}

function node(key: string, source: JsonObject): SourceNode {
  return {
    id: key,
    parent: idOf(source.parentId) ?? null,
    message: messageOf(source),
  };
}

/** Old exports have the branch that was shown only. */
function chain(messages: unknown[]): SourceNode[] {
  let previous: string | null = null;
  return messages.map((message, index) => {
    const source = objectOf(message);
    const id = idOf(source.id) ?? `message-${index + 1}`;
    const parent = previous;
    previous = id;
    return { id, parent, message: messageOf(source) };
  });
}

const ROLES: Record<string, SourceMessage["role"]> = {
  system: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
};

function messageOf(source: JsonObject): SourceMessage {
  const role = ROLES[textOf(source.role) ?? ""];
  const written = textOf(source.content);
  const content = written ??
    listOf(source.content).flatMap((part) => textOf(objectOf(part).text) ?? [])
      .join("\n");
  // `output` has the reasoning and the tool calls that `content` shows as HTML.
  const parts = [
    ...(written === undefined ? partsOf(source.content) : []),
    ...partsOf(source.output),
  ];
  if (content === "" && parts.length === 0) {
    parts.push({ type: "text", text: "" });
  }
  return {
    role: role ?? "assistant",
    content,
    ...(parts.length > 0 && { parts }),
    rest: telling(without(source, [
      "id",
      "parentId",
      "childrenIds",
      "content",
      "output",
      "timestamp",
      ...(role === undefined ? [] : ["role"]),
    ])),
    createdAt: timeOf(source.timestamp),
  };
}
