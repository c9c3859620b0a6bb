/**
 * Lines as messages, and back byte for byte. A line that JSON text gives back as it was is stored as what it is, so
 * that search, contexts and other clients can read it. Any other is stored as text, or as base64 if it is no UTF-8.
 */
import { Buffer } from "node:buffer";
import type { Message, MessageInput } from "../../src/index.ts";
import { parseExact } from "../json/exact.ts";
import { isObject, type JsonObject, timeOf } from "../json/look.ts";
import {
  bytesOf,
  countValues,
  MOST_VALUES,
  storable,
} from "../import/payload.ts";
import { type Line, next } from "./lines.ts";
import type { Tool } from "./tools.ts";

/** A message that holds a line or a piece of one. */
export interface Row {
  /** Its client_id: the line's hash, with the number of the piece if the line has several. */
  id: string;
  /** The index of its line. */
  line: number;
}

/** The type of a part that holds a line as text. */
const RAW = "session_line";

/** The longest text of a row, in bytes: its JSON may be several times as long. */
const PIECE_BYTES = 512 * 1024;
/** A line up to this size may be one row as what it is, beside the text that a person would read. */
const WHOLE_BYTES = 1024 * 1024;
const MOST_LEVELS = 80;

/** The rows of a file, in order. */
export function rowsOf(lines: Line[]): Row[] {
  return lines.flatMap((line, index) => {
    const pieces = piecesOf(line.bytes);
    return Array.from({ length: pieces }, (_, piece) => ({
      id: rowId(line.hash, piece, pieces),
      line: index,
    }));
  });
}

function piecesOf(bytes: Uint8Array): number {
  return bytes.length <= WHOLE_BYTES
    ? 1
    : Math.ceil(bytes.length / PIECE_BYTES);
}

function rowId(hash: string, piece: number, pieces: number): string {
  return pieces === 1 ? hash : `${hash}.${piece + 1}/${pieces}`;
}

/** The messages of a line. */
export function messagesOf(line: Line, tool: Tool): MessageInput[] {
  const { bytes, hash } = line;
  const pieces = piecesOf(bytes);
  if (pieces > 1) {
    // Cut between any two bytes, so not necessarily between two characters.
    return Array.from({ length: pieces }, (_, piece) => ({
      ...silent(),
      parts: [{
        type: RAW,
        piece: piece + 1,
        pieces,
        base64: Buffer.from(
          bytes.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES),
        ).toString("base64"),
      }],
      client_id: rowId(hash, piece, pieces),
    }));
  }
  const text = utf8(bytes);
  if (text === null) {
    return [{
      ...silent(),
      parts: [{ type: RAW, base64: Buffer.from(bytes).toString("base64") }],
      client_id: hash,
    }];
  }
  const entry = entryOf(text);
  const said = entry === null ? null : tool.read(entry);
  const content = said === null ? "" : storable(said.text) as string;
  return [{
    ...silent(),
    ...(said !== null && said.role !== null && {
      role: said.role,
      content,
      token_count: Math.ceil(bytesOf(content) / 4),
    }),
    ...(entry !== null && timed(entry)),
    parts: [
      entry !== null && isVerbatim(entry, text) ? entry : rawPart(text, bytes),
    ],
    client_id: hash,
  }];
}

function rawPart(text: string, bytes: Uint8Array): JsonObject {
  const part = { type: RAW, text };
  // Control characters are six bytes each in JSON.
  return JSON.stringify(part).length <= 3 * WHOLE_BYTES
    ? part
    : { type: RAW, base64: Buffer.from(bytes).toString("base64") };
}

/** A row that is not a message is left out of every model's context. */
function silent(): MessageInput {
  return { role: "tool", content: "", token_count: 0 };
}

function timed(entry: JsonObject): { created_at?: string } {
  const time = timeOf(entry.timestamp);
  return time !== null && Date.parse(time) <= Date.now()
    ? { created_at: time }
    : {};
}

function utf8(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

function entryOf(text: string): JsonObject | null {
  try {
    const entry = parseExact(text);
    return isObject(entry) ? entry : null;
  } catch {
    return null;
  }
}

/** Whether the entry, stored as JSON, gives back the very same text. */
function isVerbatim(entry: JsonObject, text: string): boolean {
  if (entry.type === RAW || JSON.stringify(entry) !== text) return false;
  const replaced = { count: 0 };
  storable(entry, replaced);
  const { values, levels } = countValues(entry);
  return replaced.count === 0 && levels <= MOST_LEVELS &&
    values <= MOST_VALUES / 10;
}

/** Puts rows together to lines again. */
export class LineReader {
  readonly lines: Line[] = [];
  #pieces: Uint8Array[] = [];

  /** Whether the last line has pieces that are not there. */
  get isComplete(): boolean {
    return this.#pieces.length === 0;
  }

  /** @returns false if the row does not hold what its id says: it was erased, or is not a line at all. */
  add(row: Message): boolean {
    const part = row.parts?.[0];
    if (part === undefined) return false;
    const bytes = bytesOfPart(part);
    const { piece, pieces } = part as { piece?: number; pieces?: number };
    if (part.type === RAW && pieces !== undefined) {
      this.#pieces.push(bytes);
      if (piece !== pieces) return true;
      const line = next(this.lines, Buffer.concat(this.#pieces));
      this.#pieces = [];
      if (rowId(line.hash, pieces - 1, pieces) !== row.client_id) return false;
      this.lines.push(line);
      return true;
    }
    const line = next(this.lines, bytes);
    if (line.hash !== row.client_id || !this.isComplete) return false;
    this.lines.push(line);
    return true;
  }
}

function bytesOfPart(part: JsonObject): Uint8Array {
  if (part.type !== RAW) return Buffer.from(JSON.stringify(part));
  return typeof part.base64 === "string"
    ? Buffer.from(part.base64, "base64")
    : Buffer.from(String(part.text));
}
