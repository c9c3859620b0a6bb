/** The programs whose sessions are synchronised: where they keep them, and what their lines say. */
import { join } from "node:path";
import { type JsonObject, textOf } from "../json/look.ts";
import type { Role } from "../import/model.ts";
import * as claudeCode from "../import/formats/claude_code.ts";
import * as codex from "../import/formats/codex.ts";
import type { PathMap } from "./path_map.ts";

export interface Tool {
  name: "claude-code" | "codex";
  /** The folder of the sessions on this machine. */
  root(home: string, env: Record<string, string | undefined>): string;
  /** Whether a file below the root is a session. */
  isSession(path: string): boolean;
  /** The name of a session by its path below the root, wherever the project's folder is. */
  session(path: string, entries: JsonObject[]): string;
  /** The path of a session that comes from another machine. */
  here(origin: Origin, map: PathMap): string;
  /** The path with another id in it. */
  renamed(path: string, id: string): string;
  /** The id in the name of a session's file. */
  idIn(path: string): string;
  read(entry: JsonObject): { role: Role | null; text: string };
}

/** Where a session was first uploaded from. */
export interface Origin {
  /** Below the root, with slashes. */
  path: string;
  /** The project's folder, as the session says it. */
  cwd: string | null;
  /** The home folder of that machine. */
  home: string | null;
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

export const CLAUDE_CODE: Tool = {
  name: "claude-code",
  root: (home, env) =>
    join(env.CLAUDE_CONFIG_DIR || join(home, ".claude"), "projects"),
  isSession: (path) => path.includes("/") && path.endsWith(".jsonl"),
  session(path, entries) {
    const below = path.slice(path.indexOf("/") + 1).replace(/\.jsonl$/, "");
    // Ids of sessions are unique. Older names of subagents' files are not.
    return UUID.test(below)
      ? below
      : `${
        entries.map(({ sessionId }) => textOf(sessionId)).find(Boolean) ??
          path.slice(0, path.indexOf("/"))
      }/${below}`;
  },
  here({ path, cwd, home }, map) {
    const at = path.indexOf("/");
    const folder = path.slice(0, at);
    const mapped = cwd !== null && folderOf(cwd) === folder
      ? folderOf(map.path(cwd, home))
      : map.folder(folder, home, folderOf);
    return mapped + path.slice(at);
  },
  renamed: (path, id) => path.replace(/[^/]+\.jsonl$/, `${id}.jsonl`),
  idIn: (path) => /([^/]+)\.jsonl$/.exec(path)?.[1] ?? path,
  read: (entry) => ({
    role: claudeCode.roleOf(entry),
    text: claudeCode.readable(entry),
  }),
};

/** The name of a project's folder, as Claude Code makes it of the path. */
export function folderOf(path: string): string {
  return path.replace(/[^A-Za-z0-9]/g, "-");
}

export const CODEX: Tool = {
  name: "codex",
  root: (home, env) => join(env.CODEX_HOME || join(home, ".codex"), "sessions"),
  isSession: (path) => /(^|\/)rollout-[^/]+\.jsonl$/.test(path),
  session: (path) => UUID.exec(path.split("/").at(-1)!)?.[0] ?? path,
  here: ({ path }) => path,
  renamed: (path, id) =>
    UUID.test(path.split("/").at(-1)!)
      ? path.replace(new RegExp(`${UUID.source}(?=[^/]*$)`, "i"), id)
      : path.replace(/\.jsonl$/, `-${id}.jsonl`),
  idIn: (path) => UUID.exec(path.split("/").at(-1)!)?.[0] ?? path,
  read: (line) => ({
    role: codex.roleOf(line),
    text: codex.readable(line),
  }),
};

export const TOOLS: Tool[] = [CLAUDE_CODE, CODEX];
