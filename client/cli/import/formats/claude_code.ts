/** Sessions of Claude Code: JSONL whose entries refer to the one before by `parentUuid`. */
import {
  idOf,
  isObject,
  type JsonObject,
  objectOf,
  partsOf,
  telling,
  textOf,
  timeOf,
  without,
} from "../../json/look.ts";
import type { Reading } from "../../json/values.ts";
import type { Entry } from "../entries.ts";
import {
  fault,
  type Format,
  type FormatOutput,
  type Role,
  type SourceMessage,
  type SourceNode,
} from "../model.ts";

const WITHOUT_SESSION = new Set(["summary", "file-history-snapshot"]);

export const claudeCode: Format = {
  name: "claude-code",
  isLines: true,
  recognises: (value) =>
    isObject(value) && typeof value.type === "string" &&
    (typeof value.sessionId === "string" && !("payload" in value) ||
      typeof value.leafUuid === "string" ||
      WITHOUT_SESSION.has(value.type) && typeof value.messageId === "string"),
  read,
};

async function* read(
  values: AsyncIterable<Reading>,
  entry: Entry,
): AsyncGenerator<FormatOutput, void, undefined> {
  const nodes: SourceNode[] = [];
  const titles = new Map<string, string>();
  const rest: JsonObject = {};
  let session: string | undefined;
  let previous: string | null = null;
  let shown: string | null = null;
  for await (const reading of values) {
    const { where } = reading;
    if ("broken" in reading) {
      yield fault(where, reading.broken);
      continue;
    }
    if (!isObject(reading.value)) {
      yield fault(where, "It is not an entry of a session.");
      continue;
    }
    const source = reading.value;
    session ??= idOf(source.sessionId);
    for (const name of ["cwd", "gitBranch", "version"]) {
      rest[name] ??= source[name];
    }
    const title = textOf(source.customTitle) ?? textOf(source.aiTitle) ??
      textOf(source.agentName) ?? textOf(source.summary);
    if (title !== undefined) titles.set(textOf(source.type) ?? "", title);

    const uuid = idOf(source.uuid);
    const isMessage = uuid !== undefined && roleOf(source) !== null;
    const id = uuid ?? `${where}`;
    nodes.push({
      id,
      // Bookkeeping without a place of its own stands behind what was written last. A conversation that was
      // compacted begins anew, and says what it goes on from.
      parent: uuid === undefined
        ? previous
        : idOf(source.parentUuid) ?? idOf(source.logicalParentUuid) ?? null,
      ...(isMessage
        ? { message: messageOf(source) }
        : { message: null, record: source }),
    });
    if (uuid !== undefined) {
      previous = uuid;
      if (isMessage && source.isSidechain !== true) shown = uuid;
    }
  }
  if (nodes.length === 0) return;
  // The session of a subagent has the id of the session that it works for.
  const file = entry.path.split("/").at(-1)!.replace(/\.jsonl$/, "");
  yield {
    id: session === undefined || file === session
      ? file
      : /^agent-/.test(file)
      ? `${session}/${file}`
      : session,
    title: titles.get("custom-title") ?? titles.get("ai-title") ??
      titles.get("agent-name") ?? titles.get("summary"),
    rest: telling({ ...rest, sessionId: session }),
    nodes,
    shown,
  };
}

/** The role of an entry; null if the entry is not a message. */
export function roleOf(entry: JsonObject): Role | null {
  const role = textOf(objectOf(entry.message).role) ?? textOf(entry.type);
  switch (entry.type) {
    case "user":
    case "assistant":
      if (role !== "assistant" && role !== "user") return null;
      return role === "user" && isResult(entry) ? "tool" : role;
    default:
      // System entries are notes of the program to its user, and were not said to the model.
      return null;
  }
}

/** Whether an entry of the user's holds nothing but results of tools. */
function isResult(entry: JsonObject): boolean {
  const { content } = objectOf(entry.message);
  const blocks = partsOf(content);
  return blocks.length > 0 &&
    blocks.every(({ type }) => type === "tool_result");
}

/** What a person would read of an entry. */
export function readable(entry: JsonObject): string {
  const { content } = objectOf(entry.message);
  if (typeof content === "string") return content;
  return partsOf(content).flatMap((block) => {
    if (block.type === "thinking") return [];
    if (typeof block.content === "string") return block.content;
    return textOf(block.text) ??
      partsOf(block.content).flatMap(({ text }) => textOf(text) ?? []);
  }).filter((text) => text !== "").join("\n");
}

function messageOf(source: JsonObject): SourceMessage {
  const message = objectOf(source.message);
  const content = readable(source);
  const isPlain = typeof message.content === "string" && content !== "";
  return {
    role: roleOf(source) ?? "user",
    content,
    ...(!isPlain && {
      parts: Array.isArray(message.content) && message.content.length > 0
        ? partsOf(message.content)
        : [{ type: "text", text: content }],
    }),
    rest: telling({
      ...without(source, [
        "uuid",
        "parentUuid",
        "timestamp",
        "sessionId",
        "cwd",
        "version",
        "message",
      ]),
      message: telling(without(message, ["role", "content"])),
    }),
    createdAt: timeOf(source.timestamp),
  };
}
