/** ChatGPT's data export: `conversations.json`, and the files beside it. */
import {
  idOf,
  isObject,
  type JsonObject,
  listOf,
  numberOf,
  objectOf,
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
  type Role,
  type SourceMessage,
  type SourceNode,
} from "../model.ts";

export const chatgpt: Format = {
  name: "chatgpt",
  recognises: (value) => isObject(value) && isObject(value.mapping),
  read: (values) => eachConversation(values, conversation),
};

function conversation(value: unknown, where: string): FormatOutput {
  const source = objectOf(value);
  const id = idOf(source.conversation_id) ?? idOf(source.id);
  if (!isObject(source.mapping)) {
    return fault(
      id === undefined ? where : `${where}, conversation ${id}`,
      "It has no mapping of messages, so nothing can be imported from it.",
    );
  }
  // Very old exports have no id of the conversation, but its first node has one.
  const name = id ?? Object.keys(source.mapping)[0];
  if (name === undefined) {
    return fault(where, "It has neither an id nor messages.");
  }
  return {
    id: name,
    title: textOf(source.title),
    rest: telling(without(source, ["mapping", "title", "current_node"])),
    archived: source.is_archived === true,
    createdAt: timeOf(source.create_time),
    nodes: Object.entries(source.mapping).map(node),
    shown: idOf(source.current_node) ?? null,
  };
}

function node([key, value]: [string, unknown]): SourceNode {
  const { message, parent } = objectOf(value);
  return {
    id: key,
    parent: idOf(parent) ?? null,
    ...(isObject(message)
      ? { message: messageOf(message) }
      : { message: null, record: unknownRecord(objectOf(value)) }),
  };
}

/** What a node without a message says besides its place in the tree; mostly nothing. */
function unknownRecord(value: JsonObject): unknown {
  const rest = telling(without(value, ["id", "message", "parent", "children"]));
  return Object.keys(rest).length > 0 ? rest : undefined;
}

const ROLES: Record<string, Role> = {
  system: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
};

function messageOf(source: JsonObject): SourceMessage {
  const author = objectOf(source.author);
  const role = ROLES[textOf(author.role) ?? ""];
  const content = objectOf(source.content);
  const metadata = objectOf(source.metadata);
  const text = readable(content);
  const hidden = metadata.is_visually_hidden_from_conversation === true ||
    numberOf(source.weight) === 0;
  const isPlain = content.content_type === "text" &&
    listOf(content.parts).length === 1 && text !== "" &&
    Object.keys(content).length === 2;
  return {
    // A role of the future is likelier a tool's than one of the two people's.
    role: role ?? "tool",
    content: text,
    ...(!isPlain && { parts: [content] }),
    rest: {
      ...telling(without(source, ["id", "author", "content", "create_time"])),
      ...(Object.keys(telling(without(author, ["role"]))).length > 0 ||
          role === undefined
        ? { author: telling(author) }
        : {}),
      ...(hidden && { hidden: true }),
    },
    createdAt: timeOf(source.create_time),
    files: filesOf(content, metadata),
  };
}

/** The text of a content, whatever its type is. */
function readable(content: JsonObject): string {
  const parts = listOf(content.parts).map((part) =>
    textOf(part) ?? textOf(objectOf(part).text) ?? ""
  );
  return [
    ...parts,
    textOf(content.text),
    textOf(content.result),
    ...listOf(content.thoughts).flatMap((thought) => {
      const { summary, content } = objectOf(thought);
      return [textOf(summary), textOf(content)];
    }),
    // Of user_editable_context, reasoning_recap and tether_quote.
    textOf(content.content),
    textOf(content.user_profile),
    textOf(content.user_instructions),
  ].filter((text) => text !== undefined && text !== "").join("\n");
}

/** The ids of uploaded and generated files: the names of the files in the export begin with them. */
function filesOf(content: JsonObject, metadata: JsonObject): string[] {
  const found = new Set<string>();
  const add = (value: unknown) => {
    const id = /^(?:file-service|sediment):\/\/([^?#]+)/
      .exec(textOf(value) ?? "")?.[1];
    if (id) found.add(id);
  };
  const look = (value: unknown) => {
    if (Array.isArray(value)) value.forEach(look);
    else if (isObject(value)) {
      for (const [name, member] of Object.entries(value)) {
        if (name.endsWith("asset_pointer")) add(member);
        if (typeof member === "object") look(member);
      }
    }
  };
  look(content);
  for (const attachment of listOf(metadata.attachments)) {
    const id = idOf(objectOf(attachment).id);
    if (id !== undefined) found.add(id);
  }
  return [...found];
}
