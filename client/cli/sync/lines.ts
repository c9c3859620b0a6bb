/**
 * A session's file as a chain: each line has a hash of itself and of all lines before it. The same hash is the same
 * beginning of a file, on every machine.
 */
import { sha256 } from "../hash.ts";
import { isObject } from "../json/look.ts";

export interface Line {
  /** Without the line feed; any other byte as it is. */
  bytes: Uint8Array;
  hash: string;
}

export interface Lines {
  lines: Line[];
  /** Bytes after the last line feed: an incomplete line that is still being written. */
  unfinished: number;
}

const START = "continuum-sync-1";
const LINE_FEED = 10;

/** The lines of a file. A last line without a line feed counts if it is a whole JSON object. */
export function linesOf(file: Uint8Array): Lines {
  const lines: Line[] = [];
  let from = 0;
  for (let at; (at = file.indexOf(LINE_FEED, from)) >= 0; from = at + 1) {
    lines.push(next(lines, file.subarray(from, at)));
  }
  const rest = file.subarray(from);
  if (rest.length > 0 && isWhole(rest)) {
    lines.push(next(lines, rest));
    return { lines, unfinished: 0 };
  }
  return { lines, unfinished: rest.length };
}

/** The line that follows `lines`. */
export function next(lines: Line[], bytes: Uint8Array): Line {
  return { bytes, hash: sha256(lines.at(-1)?.hash ?? START, bytes) };
}

/** The bytes of a file with these lines. */
export function fileOf(lines: Line[]): Uint8Array {
  const file = new Uint8Array(
    lines.reduce((sum, { bytes }) => sum + bytes.length + 1, 0),
  );
  let at = 0;
  for (const { bytes } of lines) {
    file.set(bytes, at);
    at += bytes.length;
    file[at++] = LINE_FEED;
  }
  return file;
}

function isWhole(bytes: Uint8Array): boolean {
  try {
    return isObject(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return false;
  }
}
