/** What a conversation says of its session's file, and where that file belongs on this machine. */
import { isAbsolute } from "node:path";
import type { Conversation } from "../../src/index.ts";
import { storable, titleOf } from "../import/payload.ts";
import { type JsonObject, objectOf, textOf, timeOf } from "../json/look.ts";
import type { Line } from "./lines.ts";
import type { ReadFile } from "./local.ts";
import type { PathMap } from "./path_map.ts";
import type { Tool } from "./tools.ts";

/** What a new conversation says of its session. */
export function creationOf(file: ReadFile, tool: Tool, home: string) {
  const entries = file.lines.slice(0, 200).map(({ bytes }) => entryOf(bytes));
  const first = (name: string) =>
    entries.map((entry) =>
      textOf(entry[name]) ?? textOf(objectOf(entry.payload)[name])
    ).find((value) => value !== undefined);
  const said = entries.map((entry) => tool.read(entry))
    .find(({ role, text }) => role === "user" && !/^\s*[<#]/.test(text));
  return {
    title: titleOf(
      first("customTitle") ?? first("aiTitle") ?? first("summary") ??
        said?.text.trim().split("\n", 1)[0]?.slice(0, 80),
    ),
    metadata: storable({
      sync: {
        tool: tool.name,
        path: file.path,
        cwd: first("cwd") ?? null,
        home,
      },
    }) as JsonObject,
  };
}

/** The path of the session's file on this machine; null if the conversation says none that is safe. */
export function pathHere(
  conversation: Conversation,
  tool: Tool,
  map: PathMap,
): string | null {
  const sync = objectOf(conversation.metadata.sync);
  const path = textOf(sync.path);
  if (path === undefined || !isSafe(path)) return null;
  const here = tool.here({
    path,
    cwd: textOf(sync.cwd) ?? null,
    home: textOf(sync.home) ?? null,
  }, map);
  return isSafe(here) && tool.isSession(here) ? here : null;
}

/** Whether a path stays below the folder that it is relative to. */
export function isSafe(path: string): boolean {
  return !isAbsolute(path) && !/[\\\0:]/.test(path) &&
    path.split("/").every((name) => !["", ".", ".."].includes(name));
}

/** The JSON object in a line; an empty one if it has none. */
export function entryOf(bytes: Uint8Array): JsonObject {
  try {
    return objectOf(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return {};
  }
}

/** When the last line was written that says so. */
export function timeOfLast(lines: Line[]): Date | null {
  for (const { bytes } of lines.slice(-20).reverse()) {
    const time = timeOf(entryOf(bytes).timestamp);
    if (time !== null) return new Date(time);
  }
  return null;
}
