/** Messages of any door as OpenAI's items. */
import {
  elementsOf,
  membersOf,
  objectText,
} from "../_shared/wire/json_text.ts";
import { fileId, isUuid, itemId } from "./ids.ts";
import { CONTENT_TYPES, ITEM_TYPES } from "./item_types.ts";
import { completed, textPart, withoutId } from "./completed_item.ts";
import { clientIdOf, ITEM_MARK, type Json } from "./stored_item.ts";

/** A message, and the item that it is. */
export interface StoredItem {
  id: string;
  /** The message's UUID. */
  messageId: string;
  /** The item as JSON. */
  text: string;
  position: number;
  parentPosition: number;
  /** Whether the conversation still has it. What was erased or taken back is there for other doors only. */
  exists: boolean;
}

/** The item of a message, which is given as the database wrote it. */
export function itemOf(text: string): StoredItem {
  const raw = new Map(membersOf(text));
  const message: Json = JSON.parse(text);
  const parts = message.parts === null
    ? []
    : elementsOf(raw.get("parts") ?? "[]");
  const isItem = message.content === null && parts.length === 1 &&
    isItemPart(message.parts[0], message.metadata);
  const item = isItem
    ? verbatim(parts[0] ?? "{}", message)
    : asMessage(message, parts);
  return {
    ...item,
    messageId: message.id,
    position: message.position,
    parentPosition: message.parent_position,
    exists: message.live && message.erased_at === null,
  };
}

/** Whether a part is a whole item, and not what another provider puts into a message. */
function isItemPart(part: Json, metadata: Json): boolean {
  if (metadata[ITEM_MARK] === true) return true;
  const { type = "message" } = part;
  if (type === "message") return "role" in part && "content" in part;
  // The AI SDK has parts of the same name.
  return type === "reasoning" ? "summary" in part : ITEM_TYPES.has(type);
}

/** An item with the id that it is found by: its own, or else one made of its message's. */
function verbatim(part: string, message: Json) {
  const item: Json = message.parts[0];
  const own = clientIdOf(item);
  const id: string = own !== null && own === message.client_id && !isUuid(own)
    ? item.id
    : idOf(item.type ?? "message", message);
  const members = completed(part, item);
  return {
    id,
    text: objectText(
      item.id === id
        ? members
        : [["id", JSON.stringify(id)], ...withoutId(members)],
    ),
  };
}

/** A message of another door, or one that is but a text. */
function asMessage(message: Json, parts: string[]) {
  const { role, content, file_ids } = message;
  const id = idOf("message", message);
  const list = [
    ...(content === null || content === "" ? [] : [textPart(role, content)]),
    ...parts.map((part, index) =>
      contentPart(role, part, message.parts[index])
    ),
    ...(role === "assistant"
      ? []
      : file_ids.map((uuid: string) =>
        JSON.stringify({ type: "input_file", file_id: fileId(uuid) })
      )),
  ];
  return {
    id,
    text: objectText([
      ["id", JSON.stringify(id)],
      ["type", '"message"'],
      ["status", '"completed"'],
      ["role", JSON.stringify(role)],
      ["content", `[${list.join(",")}]`],
    ]),
  };
}

/** A part of another provider is text: what its text is, or else its JSON. */
function contentPart(role: string, text: string, part: Json): string {
  if (CONTENT_TYPES.has(part.type)) return text;
  return textPart(
    role,
    part.type === "text" && typeof part.text === "string" ? part.text : text,
  );
}

/** Made of the client_id if that is a UUID, as it is for every message that was sent without one. */
function idOf(type: string, { id, client_id }: Json): string {
  return itemId(type, isUuid(client_id) ? client_id : id);
}
