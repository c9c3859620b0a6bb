/**
 * Sessions of Codex (`rollout-*.jsonl`): two logs in one file. `response_item` is what the model was given and gave,
 * `event_msg` what was shown, mostly the same again. The first is the conversation; an event that repeats one of its
 * items is left out, and any other record is kept with the message before it.
 */
import { canonical } from "../../json/exact.ts";
import {
  idOf,
  isObject,
  type JsonObject,
  objectOf,
  partsOf,
  telling,
  textOf,
  timeOf,
} from "../../json/look.ts";
import { sha256 } from "../../hash.ts";
import type { Reading } from "../../json/values.ts";
import type { Entry } from "../entries.ts";
import {
  fault,
  type Format,
  type FormatOutput,
  note,
  type Role,
  type SourceNode,
} from "../model.ts";
import { messageOf as itemOf } from "./openai.ts";

const LINE_TYPES = new Set([
  "session_meta",
  "turn_context",
  "response_item",
  "event_msg",
  "compacted",
]);

export const codex: Format = {
  name: "codex",
  isLines: true,
  recognises: (value) =>
    isObject(value) && typeof value.timestamp === "string" &&
    (isObject(value.payload) && LINE_TYPES.has(String(value.type)) ||
      // Of 2025: a header, and then items without an envelope.
      "instructions" in value && typeof value.id === "string"),
  read,
};

async function* read(
  values: AsyncIterable<Reading>,
  entry: Entry,
): AsyncGenerator<FormatOutput, void, undefined> {
  const lines: { line: JsonObject; where: string }[] = [];
  for await (const reading of values) {
    const { where } = reading;
    if ("broken" in reading) yield fault(where, reading.broken);
    else if (isObject(reading.value)) {
      lines.push({ line: reading.value, where });
    } else yield fault(where, "It is not a line of a session.");
  }
  if (lines.length === 0) return;

  const repeated = repetitions(lines.map(({ line }) => line));
  const nodes: SourceNode[] = [];
  let meta: JsonObject = {};
  let previous: string | null = null;
  let hash = "codex";
  let left = 0;
  let title: string | undefined;
  for (const { line } of lines) {
    const item = itemIn(line);
    if (
      line.type === "session_meta" || item === null && "instructions" in line
    ) {
      const found = isObject(line.payload) ? line.payload : line;
      // A session that was forked has the header of the other one behind its own.
      if (Object.keys(meta).length === 0) meta = found;
    }
    // No item has an id that is always there: a line is known by all that was written up to it.
    hash = sha256(hash, canonical(line));
    if (repeated.has(line)) {
      left++;
      continue;
    }
    if (item === null) {
      nodes.push({ id: hash, parent: previous, message: null, record: line });
    } else {
      const message = itemOf(item);
      nodes.push({
        id: hash,
        parent: previous,
        message: {
          ...message,
          ...(message.content === "" && message.parts === undefined && {
            parts: [item],
          }),
          createdAt: timeOf(line.timestamp),
        },
      });
      if (
        message.role === "user" && !message.content.startsWith("<") &&
        !message.content.startsWith("# AGENTS.md")
      ) {
        title ??= message.content.trim().split("\n", 1)[0]?.slice(0, 80);
      }
    }
    previous = hash;
  }
  const id = idOf(meta.id) ?? idOf(meta.session_id);
  if (left > 0) {
    yield note(
      entry.path,
      `${left} events that say what an item says are left out.`,
    );
  }
  yield {
    id: id ?? entry.path.split("/").at(-1)!.replace(/\.jsonl$/, ""),
    title: title || undefined,
    rest: telling({
      sessionId: id,
      cwd: meta.cwd,
      git: meta.git,
      cli_version: meta.cli_version,
    }),
    createdAt: timeOf(meta.timestamp),
    nodes,
    shown: previous,
  };
}

/** The item of a line; null if it has none. */
export function itemIn(line: JsonObject): JsonObject | null {
  if (line.type === "response_item" && isObject(line.payload)) {
    return line.payload;
  }
  const isBare = !("payload" in line) && !("record_type" in line) &&
    typeof line.type === "string" && !LINE_TYPES.has(line.type);
  return isBare ? line : null;
}

/** The role of a line; null if the line is not a message. */
export function roleOf(line: JsonObject): Role | null {
  const item = itemIn(line);
  return item === null ? null : itemOf(item).role;
}

/** What a person would read of a line. */
export function readable(line: JsonObject): string {
  const item = itemIn(line);
  return item === null ? "" : itemOf(item).content;
}

/** The events that say the same as an item of the file. */
function repetitions(lines: JsonObject[]): Set<JsonObject> {
  const said = new Map<string, number>();
  const add = (text: string) => said.set(text, (said.get(text) ?? 0) + 1);
  for (const line of lines) {
    const item = itemIn(line);
    if (item === null) continue;
    if (item.type === "message") {
      add(`${item.role}: ${itemOf(item).content}`);
    } else if (item.type === "reasoning") {
      for (const { text } of partsOf(item.summary)) add(`reasoning: ${text}`);
    }
  }
  const repeated = new Set<JsonObject>();
  for (const line of lines) {
    const event = objectOf(line.payload);
    if (line.type !== "event_msg") continue;
    const text = textOf(event.message) ?? textOf(event.text);
    const key = event.type === "user_message"
      ? `user: ${text}`
      : event.type === "agent_message"
      ? `assistant: ${text}`
      : event.type === "agent_reasoning"
      ? `reasoning: ${text}`
      : undefined;
    const count = key === undefined ? 0 : said.get(key) ?? 0;
    // An event that holds more than the text, such as images, does not just repeat the message.
    const more = partsOf(event.images).length +
      partsOf(event.local_images).length;
    if (count === 0 || more > 0) continue;
    said.set(key!, count - 1);
    repeated.add(line);
  }
  return repeated;
}
