/** How an item is kept: as a plain message if it says no more than one, else as the part of a message, verbatim. */
import { objectText } from "../_shared/wire/json_text.ts";
import { completed, withoutId } from "./completed_item.ts";
import { isUuid, nameOf } from "./ids.ts";
import { ITEM_TYPES } from "./item_types.ts";

/** A value of an item, which may be anything. */
// deno-lint-ignore no-explicit-any -- an item is the client's, and is looked into member by member
export type Json = any;

/** Marks the message of an item whose type is not in {@link ITEM_TYPES}: its part is an item all the same. */
export const ITEM_MARK = "openai_item";

const ROLES = ["system", "developer", "user", "assistant", "tool"];

/**
 * The message that keeps an item, as JSON for append_messages.
 *
 * @param text the item as it was sent.
 * @param named whether the item's own id becomes the message's client_id, by which it is found again.
 */
export function messageOf(text: string, named: boolean): string {
  const item: Json = JSON.parse(text);
  const name = named ? clientIdOf(item) : null;
  const plain = plainText(item);
  const type = item.type ?? "message";
  return `{${
    [
      `"role":"${roleOf(item)}"`,
      plain === null
        ? `"parts":[${partOf(text, item)}]`
        : `"content":${JSON.stringify(plain)}`,
      ...(name === null ? [] : [`"client_id":${JSON.stringify(name)}`]),
      ...(ITEM_TYPES.has(type) ? [] : [`"metadata":{"${ITEM_MARK}":true}`]),
      `"file_ids":${JSON.stringify(fileIds(item))}`,
    ].join(",")
  }}`;
}

/** The client_id of an item that has an id: an id of this API's own making stands for the message that has it. */
export function clientIdOf({ id }: Json): string | null {
  return typeof id === "string" && id !== "" ? nameOf(id) : null;
}

/** Without an id of this API's own making, so that an item that was read and is sent back is the one that is stored. */
function partOf(text: string, item: Json): string {
  const members = completed(text, item);
  const isOurs = typeof item.id !== "string" || isUuid(nameOf(item.id));
  return objectText(isOurs ? withoutId(members) : members);
}

/** The role of the message that keeps an item: whoever the item is from. */
function roleOf({ type = "message", role }: Json): string {
  if (ROLES.includes(role)) return role;
  if (/_output$/.test(type)) return "tool";
  return type === "mcp_approval_response" ? "user" : "assistant";
}

/** The text of an item that is a message of one text and nothing else; null for any other item. */
function plainText(item: Json): string | null {
  const { id, type = "message", role, status = "completed", content, ...rest } =
    item;
  const isNameless = id === undefined || id === null ||
    typeof id === "string" && isUuid(nameOf(id));
  if (
    !isNameless || type !== "message" || status !== "completed" ||
    !["user", "system", "developer", "assistant"].includes(role) ||
    Object.keys(rest).length > 0
  ) return null;
  const text = typeof content === "string" ? content : onlyText(role, content);
  return text === "" ? null : text;
}

function onlyText(role: string, content: Json): string | null {
  if (!Array.isArray(content) || content.length !== 1) return null;
  const [{ type, text, annotations = [], logprobs = [], ...rest }] = content;
  const isAsExpected = role === "assistant"
    ? type === "output_text" && isEmpty(annotations) && isEmpty(logprobs)
    : type === "input_text" && !("annotations" in content[0]) &&
      !("logprobs" in content[0]);
  return isAsExpected && typeof text === "string" &&
      Object.keys(rest).length === 0
    ? text
    : null;
}

function isEmpty(value: Json): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** The files that the content of an item refers to. Linked to the message, they are kept and shared with it. */
function fileIds({ content, output }: Json): string[] {
  const parts = [content, output].flatMap((list) =>
    Array.isArray(list) ? list : []
  );
  const ids = parts.flatMap((part) =>
    typeof part?.file_id === "string" &&
      /^file-[0-9a-f]{32}$/.test(part.file_id)
      ? [nameOf(part.file_id)]
      : []
  );
  return [...new Set(ids)];
}
