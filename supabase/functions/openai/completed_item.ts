/** What OpenAI adds to an item that leaves it out, in an answer. It is added before the item is stored. */
import { membersOf } from "../_shared/wire/json_text.ts";
import type { Json } from "./stored_item.ts";

type Members = [key: string, value: string][];

/** Types whose items always have a status in an answer. */
const HAS_STATUS = new Set([
  "message",
  "function_call",
  "function_call_output",
]);

/**
 * The members of an item, each with the text of its value: with its type and status, and with a content of text
 * as a list of parts.
 */
export function completed(text: string, item: Json): Members {
  const { type = "message" } = item;
  const added: Members = [];
  if (!("type" in item)) added.push(["type", '"message"']);
  if (!("status" in item) && HAS_STATUS.has(type)) {
    added.push(["status", '"completed"']);
  }
  const members = membersOf(text).map(([key, value]): Members[number] =>
    type === "message" && key === "content" && typeof item.content === "string"
      ? [key, `[${textPart(item.role, item.content)}]`]
      : [key, value]
  );
  return [...added, ...members];
}

export function withoutId(members: Members): Members {
  return members.filter(([key]) => key !== "id");
}

/** The part of a message that is but a text. */
export function textPart(role: string, text: string): string {
  return JSON.stringify(
    role === "assistant"
      ? { type: "output_text", text, annotations: [], logprobs: [] }
      : { type: "input_text", text },
  );
}
