/** Files as text, in pieces that fit an answer, and as bytes. */
import type { Context } from "hono";
import { locateReady } from "../_shared/files/locate.ts";
import { utf16Label } from "../_shared/files/text.ts";
import type { Env } from "../_shared/platform/env.ts";
import type { File } from "../_shared/wire/file.ts";
import { askFunction } from "./siblings.ts";

const TEXT_TYPES = /^(text\/.*|application\/json|image\/svg\+xml)$/;

/** @throws {Problem} `not_found` if the file is not ready, or if the caller may not see it. */
export async function describeFile(
  c: Context<Env>,
  file_id: string,
): Promise<File> {
  return (await locateReady(c, file_id)).file;
}

export function isText({ mime_type }: File): boolean {
  return TEXT_TYPES.test(mime_type);
}

/** Bytes `offset` to `offset + length` of a file; fewer at its end. */
export async function readBytes(
  c: Context<Env>,
  file: File,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  if (offset >= file.size_bytes) return new Uint8Array();
  const last = Math.min(offset + length, file.size_bytes) - 1;
  const response = await askFunction(c, "file-download", `/${file.id}`, {
    headers: { Range: `bytes=${offset}-${last}` },
  });
  return new Uint8Array(await response.arrayBuffer());
}

/** How many bytes of a file's beginning tell its encoding. */
const HEAD_BYTES = 64;

/** The beginning of the file that a piece is of. It is read only if the piece may be in UTF-16. */
export async function headOf(
  c: Context<Env>,
  file: File,
  piece: Uint8Array,
  offset: number,
): Promise<Uint8Array> {
  if (offset === 0) return piece.subarray(0, HEAD_BYTES);
  return mayBeWide(piece)
    ? await readBytes(c, file, 0, HEAD_BYTES)
    : new Uint8Array();
}

/** Whether bytes are not plainly UTF-8; up to three at each end may be of a character that is cut. */
function mayBeWide(piece: Uint8Array): boolean {
  if (piece.includes(0)) return true;
  const start = piece.findIndex((byte) => (byte & 0b1100_0000) !== 0b1000_0000);
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(
      piece.subarray(Math.max(start, 0)),
      { stream: true },
    );
    return start > 3;
  } catch {
    return true;
  }
}

/**
 * Decodes a piece of a file, without the character that the piece cuts at its end.
 *
 * @param parameters of the file's type, such as `charset=iso-8859-1`.
 * @param head the beginning of the file, which tells UTF-16.
 * @returns the text, and of how many bytes it is.
 */
export function decodePiece(
  bytes: Uint8Array,
  parameters: string | null,
  isLast: boolean,
  head = bytes.subarray(0, HEAD_BYTES),
): { text: string; size: number } {
  const label = utf16Label(head);
  const decoder = label === null
    ? decoderFor(parameters)
    : new TextDecoder(label, { ignoreBOM: true });
  const size = isLast
    ? bytes.length
    : decoder.encoding === "utf-8"
    ? wholeCharacters(bytes)
    : label === null
    ? bytes.length
    : wholeUnits(bytes, label === "utf-16le");
  return { text: decoder.decode(bytes.subarray(0, size)), size };
}

/** How many of the bytes are whole characters of UTF-16. */
function wholeUnits(bytes: Uint8Array, isLittleEndian: boolean): number {
  const size = bytes.length & ~1;
  const high = bytes[isLittleEndian ? size - 1 : size - 2] ?? 0;
  return high >= 0xd8 && high <= 0xdb ? size - 2 : size;
}

/** By the charset that the file was declared with. UTF-8 if it has none, or one that is not known. */
function decoderFor(parameters: string | null): TextDecoder {
  const [, charset] = /charset="?([\w.:-]+)/i.exec(parameters ?? "") ?? [];
  try {
    return new TextDecoder(charset ?? "utf-8", { ignoreBOM: true });
  } catch {
    return new TextDecoder("utf-8", { ignoreBOM: true });
  }
}

/** How many of the bytes are whole characters of UTF-8, which have up to four bytes. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? bytes.length - back : bytes.length;
  }
  // No UTF-8, which the decoder replaces.
  return bytes.length;
}
