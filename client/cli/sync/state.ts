/**
 * What the last run has seen, so that the next one reads only what has changed. It is a memory and no truth: without
 * it everything is compared again. Only that a session was deleted here on purpose is known from nothing else.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { randomUUID } from "node:crypto";

export interface SeenFile {
  size: number;
  modified: number;
  /** The conversation that it belongs to. */
  conversation: string;
  /** The id of its last row. */
  last: string | null;
}

export interface Seen {
  /** The last seq of each conversation when both sides were the same. */
  conversations: Record<string, number>;
  /** By tool and path. */
  files: Record<string, SeenFile>;
}

export async function readState(path: string): Promise<Seen> {
  const empty = { conversations: {}, files: {} };
  try {
    const seen = JSON.parse(await readFile(path, "utf8"));
    return seen.version === 1 ? { ...empty, ...seen } : empty;
  } catch {
    return empty;
  }
}

export async function writeState(path: string, seen: Seen): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const part = `${path}.${randomUUID().slice(0, 8)}`;
  await writeFile(part, JSON.stringify({ version: 1, ...seen }), {
    mode: 0o600,
  });
  await rename(part, path);
}
