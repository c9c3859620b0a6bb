/**
 * Messages as OpenAI's APIs take them: an array of chat messages or items, or JSONL with a message or a conversation
 * (`{"messages": […]}`) a line. They have no ids, so a message is known by its text and all the text before it.
 */
import { canonical } from "../../json/exact.ts";
import {
  isObject,
  type JsonObject,
  listOf,
  objectOf,
  partsOf,
  textOf,
  timeOf,
  without,
} from "../../json/look.ts";
import { sha256 } from "../../hash.ts";
import type { Entry } from "../entries.ts";
import type { Reading } from "../../json/values.ts";
import {
  fault,
  type Format,
  type FormatOutput,
  type Role,
  type SourceConversation,
  type SourceMessage,
  type SourceNode,
} from "../model.ts";

export const openai: Format = {
  name: "openai",
  recognises: (value) =>
    isMessage(value) ||
    isObject(value) && messagesOf(value)?.some(isMessage) === true ||
    Array.isArray(value) && value.length > 0 && value.every(isMessage),
  read,
};

const ITEM =
  /^(message|reasoning|compaction|item_reference|.*_(call|call_output|request|response|list_tools|use|result))$/;

function isMessage(value: unknown): boolean {
  if (!isObject(value)) return false;
  if (typeof value.role === "string") {
    return "content" in value || "parts" in value || "tool_calls" in value;
  }
  return typeof value.type === "string" && ITEM.test(value.type);
}

/** The messages of a conversation, or of a request that was sent to a model. */
function messagesOf(value: JsonObject): unknown[] | undefined {
  const { messages, input, items, data } = value;
  return [messages, input, items, data].find((list): list is unknown[] =>
    Array.isArray(list)
  );
}

async function* read(
  values: AsyncIterable<Reading>,
  entry: Entry,
): AsyncGenerator<FormatOutput, void, undefined> {
  const used = new Map<string, number>();
  const loose: unknown[] = [];
  for await (const reading of values) {
    const { where } = reading;
    if ("broken" in reading) {
      yield fault(where, reading.broken);
      continue;
    }
    const { value } = reading;
    if (isMessage(value)) {
      loose.push(value);
      continue;
    }
    const messages = Array.isArray(value) ? value : messagesOf(objectOf(value));
    if (messages === undefined) {
      yield fault(where, "It is neither a message nor a conversation.");
    } else {
      const rest = without(objectOf(value), [
        "messages",
        ...(objectOf(value).messages === undefined
          ? ["input", "items", "data"]
          : []),
      ]);
      yield* conversation(
        messages,
        Array.isArray(value) ? {} : rest,
        where,
        used,
      );
    }
  }
  if (loose.length > 0) yield* conversation(loose, {}, entry.path, used);
}

function* conversation(
  messages: unknown[],
  rest: JsonObject,
  where: string,
  used: Map<string, number>,
): Generator<FormatOutput, void, undefined> {
  const nodes: SourceNode[] = [];
  let hash = "openai";
  let opening: string | undefined;
  for (const [index, value] of messages.entries()) {
    if (!isObject(value)) {
      yield fault(`${where}, message ${index + 1}`, "It is not a message.");
      continue;
    }
    hash = sha256(hash, canonical(value));
    const message = messageOf(value);
    nodes.push({ id: hash, parent: nodes.at(-1)?.id ?? null, message });
    if (message.role === "user") opening ??= hash;
  }
  // A conversation that has grown since begins as it did.
  const start = (opening ?? hash).slice(0, 32);
  const count = (used.get(start) ?? 0) + 1;
  used.set(start, count);
  yield {
    id: count === 1 ? start : `${start}-${count}`,
    title: titleOf(nodes),
    rest,
    nodes,
    shown: nodes.at(-1)?.id ?? null,
  } satisfies SourceConversation;
}

/** The first line of what the user said first. */
function titleOf(nodes: SourceNode[]): string | undefined {
  const first = nodes.find(({ message }) => message?.role === "user");
  return first?.message?.content.trim().split("\n", 1)[0]?.slice(0, 80) ||
    undefined;
}

const ROLES: Record<string, Role> = {
  system: "system",
  developer: "developer",
  user: "user",
  assistant: "assistant",
  model: "assistant",
  critic: "assistant",
  tool: "tool",
  function: "tool",
};

/** A chat message or an item. */
export function messageOf(source: JsonObject): SourceMessage {
  const type = textOf(source.type) ?? "message";
  const named = textOf(source.role);
  const role = named === undefined
    ? (/_(output|response|result)$/.test(type) ? "tool" : "assistant")
    : ROLES[named];
  const content = textIn(source);
  const members = Object.entries(source).filter(([, value]) =>
    value !== null && value !== undefined
  ).map(([name]) => name);
  const isPlain = role !== undefined && role === named && content !== "" &&
    typeof source.content === "string" &&
    members.every((name) => ["role", "content", "type"].includes(name));
  return {
    role: role ?? "assistant",
    content,
    // The whole message, since its calls and results belong to it and not to its content.
    ...(!isPlain && { parts: [source] }),
    createdAt: timeOf(source.created_at ?? source.timestamp),
  };
}

/** What a person would read of a message or an item. */
export function textIn(source: JsonObject): string {
  if (typeof source.content === "string") return source.content;
  const texts = [
    ...partsOf(source.content),
    ...partsOf(source.summary),
  ].flatMap(({ text, refusal }) => textOf(text) ?? textOf(refusal) ?? []);
  const output = textOf(source.output) ?? partsOf(source.output)
    .flatMap(({ text }) => textOf(text) ?? []).join("\n");
  return [
    ...texts,
    ...(output === "" ? [] : [output]),
    ...listOf(source.text),
  ].filter((text) => typeof text === "string").join("\n");
}
