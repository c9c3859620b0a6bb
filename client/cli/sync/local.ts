/** The sessions' files on this machine. */
import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import {
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  utimes,
} from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileOf, type Line, linesOf } from "./lines.ts";
import { type Row, rowsOf } from "./rows.ts";
import type { Tool } from "./tools.ts";

export interface LocalFile {
  /** Below the tool's root, with slashes. */
  path: string;
  size: number;
  modified: number;
}

export interface ReadFile extends LocalFile {
  lines: Line[];
  rows: Row[];
  /** Somebody is writing a line at this moment. */
  isBusy: boolean;
}

/** A copy that is being written, or what was there before. Their names end differently from sessions'. */
const PART = /\.jsonl\.sync-(part|before)-[0-9a-f]{8}$/;

/** How long a copy may take to be written. What is older was left by a process that was killed. */
const LEFT_BEHIND_MS = 10 * 60 * 1000;

export class Folder {
  readonly tool: Tool;
  readonly root: string;

  constructor(tool: Tool, root: string) {
    this.tool = tool;
    this.root = root;
  }

  /** The sessions, and what a killed run has left. */
  async list(): Promise<{ files: LocalFile[]; left: string[] }> {
    const files: LocalFile[] = [];
    const left: string[] = [];
    const walk = async (folder: string) => {
      const items = await readdir(folder, { withFileTypes: true })
        .catch((error) => {
          if (error.code === "ENOENT") return [];
          throw error;
        });
      for (const item of items.sort((a, b) => a.name < b.name ? -1 : 1)) {
        const at = join(folder, item.name);
        const path = relative(this.root, at).split(sep).join("/");
        if (item.isDirectory()) await walk(at);
        else if (!item.isFile()) continue;
        else if (PART.test(path)) left.push(path);
        else if (this.tool.isSession(path)) {
          files.push({ path, ...timesOf(await stat(at)) });
        }
      }
    };
    await walk(this.root);
    return { files, left };
  }

  /** Null if the file is gone. */
  async read(path: string): Promise<ReadFile | null> {
    try {
      const handle = await open(this.#at(path));
      try {
        const info = await handle.stat();
        const bytes = await handle.readFile();
        const { lines, unfinished } = linesOf(bytes);
        return {
          path,
          size: bytes.length,
          modified: info.mtimeMs,
          lines,
          rows: rowsOf(lines),
          isBusy: unfinished > 0,
        };
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (codeOf(error) === "ENOENT") return null;
      throw error;
    }
  }

  async exists(path: string): Promise<boolean> {
    return await stat(this.#at(path)).then(() => true, () => false);
  }

  /** Writes a session that is not there. False if it is there by now. */
  async create(path: string, lines: Line[], time: Date | null) {
    const part = await this.#writePart(path, lines, time);
    try {
      // Unlike a rename, a link never replaces what somebody has just written.
      await link(this.#at(part), this.#at(path));
      return true;
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      if (!WITHOUT_LINKS.has(codeOf(error))) throw error;
      if (await this.exists(path)) return false;
      await rename(this.#at(part), this.#at(path));
      return true;
    } finally {
      await rm(this.#at(part), { force: true });
    }
  }

  /**
   * Replaces a session by one that begins with the same lines. False if somebody has written to it since it was read.
   *
   * What was there is kept under another name until it is certain that nobody has written to it in the last moment:
   * see {@link settle}.
   */
  async extend(
    file: ReadFile,
    lines: Line[],
    time: Date | null,
  ): Promise<{ isDone: boolean; before?: string }> {
    const part = await this.#writePart(file.path, lines, time);
    try {
      const now = await stat(this.#at(file.path));
      if (now.size !== file.size || now.mtimeMs !== file.modified) {
        return { isDone: false };
      }
      const before = `${file.path}.sync-before-${randomUUID().slice(0, 8)}`;
      await link(this.#at(file.path), this.#at(before)).catch((error) => {
        if (!WITHOUT_LINKS.has(codeOf(error))) throw error;
        return copyFile(this.#at(file.path), this.#at(before));
      });
      await rename(this.#at(part), this.#at(file.path));
      return { isDone: true, before };
    } finally {
      await rm(this.#at(part), { force: true });
    }
  }

  /**
   * Removes what a killed run has left, and what was there before a session was extended. If somebody has written to
   * the latter, it becomes a session of its own, with the name that `nameOf` gives.
   *
   * @returns the names of such sessions.
   */
  async settle(
    left: string[],
    nameOf: (path: string, before: ReadFile, now: ReadFile) => string,
  ): Promise<string[]> {
    const rescued: string[] = [];
    for (const path of left) {
      const info = await stat(this.#at(path)).catch(() => null);
      if (info === null) continue;
      if (path.includes(".sync-part-")) {
        if (Date.now() - info.mtimeMs > LEFT_BEHIND_MS) {
          await rm(this.#at(path), { force: true });
        }
        continue;
      }
      const session = path.replace(/\.sync-before-[^/]*$/, "");
      const [before, now] = [await this.read(path), await this.read(session)];
      if (before === null) continue;
      if (now === null) {
        await rename(this.#at(path), this.#at(session));
        rescued.push(session);
        continue;
      }
      const known = new Set(now.lines.map(({ hash }) => hash));
      if (
        !before.isBusy && before.lines.every(({ hash }) => known.has(hash))
      ) {
        await rm(this.#at(path), { force: true });
        continue;
      }
      const name = nameOf(session, before, now);
      if (await this.exists(name)) continue;
      await rename(this.#at(path), this.#at(name));
      rescued.push(name);
    }
    return rescued;
  }

  async #writePart(
    path: string,
    lines: Line[],
    time: Date | null,
  ): Promise<string> {
    const part = `${path}.sync-part-${randomUUID().slice(0, 8)}`;
    await mkdir(dirname(this.#at(path)), { recursive: true, mode: 0o700 });
    const handle = await open(this.#at(part), "wx", 0o600);
    try {
      await handle.writeFile(fileOf(lines));
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (time !== null) await utimes(this.#at(part), new Date(), time);
    return part;
  }

  #at(path: string): string {
    return join(this.root, ...path.split("/"));
  }
}

/** What file systems without hard links say. */
const WITHOUT_LINKS = new Set([
  "EPERM",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EMLINK",
]);

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code);
}

function timesOf({ size, mtimeMs }: Stats): { size: number; modified: number } {
  return { size, modified: mtimeMs };
}
