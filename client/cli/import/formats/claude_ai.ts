/** Claude.ai's data export: `conversations.json`. */
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
  note,
  type SourceMessage,
  type SourceNode,
} from "../model.ts";

/** The parent of a conversation's first message. */
const START = "00000000-0000-4000-8000-000000000000";

export const claudeAi: Format = {
  name: "claude-ai",
  recognises: (value) => isObject(value) && Array.isArray(value.chat_messages),
  read: (values) => eachConversation(values, conversation),
};

function conversation(value: unknown, where: string): FormatOutput[] {
  const source = objectOf(value);
  const id = idOf(source.uuid);
  if (id === undefined || !Array.isArray(source.chat_messages)) {
    return [fault(where, "It has no uuid or no chat_messages.")];
  }
  const nodes: SourceNode[] = [];
  const findings: FormatOutput[] = [];
  let previous: string | null = null;
  for (const [index, item] of source.chat_messages.entries()) {
    const message = objectOf(item);
    const uuid = idOf(message.uuid) ?? `message-${index + 1}`;
    // Exports of before there were branches have no parents: their order is the conversation.
    const named: string | null = "parent_message_uuid" in message
      ? idOf(message.parent_message_uuid) ?? null
      : previous;
    nodes.push({
      id: uuid,
      parent: named === START ? null : named,
      message: messageOf(message),
    });
    previous = uuid;
    for (const file of listOf(message.files)) {
      const { file_name, file_uuid } = objectOf(file);
      const name = idOf(file_name) ?? idOf(file_uuid);
      if (name !== undefined) {
        findings.push(note(
          `conversation ${id}, message ${uuid}`,
          `The export names the file ${name}, but does not contain it.`,
        ));
      }
    }
  }
  return [...findings, {
    id,
    title: textOf(source.name),
    rest: telling(
      without(source, ["name", "chat_messages", "current_leaf_message_uuid"]),
    ),
    createdAt: timeOf(source.created_at),
    nodes,
    shown: idOf(source.current_leaf_message_uuid) ?? newest(nodes),
  }];
}

/** The message that was written last: the array mixes branches, so its order does not tell. */
function newest(nodes: SourceNode[]): string | null {
  let found: SourceNode | undefined;
  for (const node of nodes) {
    const time = (at: SourceNode) => Date.parse(at.message?.createdAt ?? "");
    if (found === undefined || !(time(node) < time(found))) found = node;
  }
  return found?.id ?? null;
}

const ROLES: Record<string, SourceMessage["role"]> = {
  human: "user",
  user: "user",
  assistant: "assistant",
  system: "system",
};

function messageOf(source: JsonObject): SourceMessage {
  const sender = textOf(source.sender) ?? "";
  const role = ROLES[sender];
  const blocks = partsOf(source.content);
  const written = blocks.flatMap((block) => textOf(block.text) ?? [])
    .join("\n");
  const text = textOf(source.text) || written;
  const isPlain = blocks.length === 0 ||
    blocks.length === 1 && blocks[0]!.type === "text" && written === text &&
      Object.keys(telling(without(blocks[0]!, [
          "type",
          "text",
          "start_timestamp",
          "stop_timestamp",
        ]))).length === 0;
  // The text of an attachment was part of what the model was given.
  const attachments = partsOf(source.attachments)
    .map((attachment) => ({ type: "attachment", ...attachment }));
  const parts = [
    ...(isPlain && attachments.length === 0 ? [] : blocks),
    ...attachments,
  ];
  // A message that says nothing is kept as what it is.
  if (text === "" && parts.length === 0) {
    parts.push({ type: "text", text: "" });
  }
  return {
    role: role ?? "assistant",
    content: text,
    ...(parts.length > 0 && { parts }),
    rest: {
      ...telling(without(source, [
        "uuid",
        "parent_message_uuid",
        "text",
        "content",
        "attachments",
        "created_at",
        ...(role === undefined ? [] : ["sender"]),
      ])),
    },
    createdAt: timeOf(source.created_at),
  };
}
