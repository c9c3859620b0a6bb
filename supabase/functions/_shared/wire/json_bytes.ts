/**
 * Finds values in the bytes of JSON text without decoding the whole, so that an answer of several megabytes is not
 * copied and parsed for the few values that a route needs. The text must be valid JSON in UTF-8; it is not checked.
 */
import type { Bytes } from "../http/bytes.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;

/** The character that a letter after a backslash stands for; 0 for any other letter. */
const ESCAPED = new Uint8Array(128);
for (
  const [letter, meant] of Object.entries({
    '"': '"',
    "\\": "\\",
    "/": "/",
    b: "\b",
    f: "\f",
    n: "\n",
    r: "\r",
    t: "\t",
  })
) ESCAPED[letter.charCodeAt(0)] = meant.charCodeAt(0);

/**
 * The UTF-8 of the value of a JSON string, written over `string`: escapes are never shorter than what they mean.
 *
 * @throws {SyntaxError} if it is not a JSON string.
 */
export function stringBytes(string: Bytes): Bytes {
  const end = string.byteLength - 1;
  if (end < 1 || string[0] !== QUOTE || string[end] !== QUOTE) {
    throw new SyntaxError("Not a JSON string");
  }
  const first = string.indexOf(BACKSLASH);
  if (first < 0) return string.subarray(1, end);
  let written = first;
  for (let read = first; read < end;) {
    const byte = string[read++] ?? 0;
    if (byte !== BACKSLASH) {
      string[written++] = byte;
      continue;
    }
    const letter = string[read++] ?? 0;
    if (letter === LOWER_U) {
      const escapes = unicodeEscapes(string, read - 2);
      const text = new TextEncoder().encode(JSON.parse(`"${escapes}"`));
      string.set(text, written);
      written += text.byteLength;
      read += escapes.length - 2;
    } else {
      const meant = ESCAPED[letter] ?? 0;
      if (meant === 0 || read > end) throw new SyntaxError("Not an escape");
      string[written++] = meant;
    }
  }
  return string.subarray(1, written);
}

/** The one or more `\uXXXX` at `start`: two of them may be the halves of one character. */
function unicodeEscapes(string: Bytes, start: number): string {
  // Long enough for a pair; the next escape is found again.
  const text = ascii(string.subarray(start, start + 12));
  const [escapes] = /^\\u[dD][89abAB]..\\u[dD][c-fC-F]..|^\\u.{4}/.exec(text) ??
    [];
  if (escapes === undefined) throw new SyntaxError("Not an escape");
  return escapes;
}

function ascii(bytes: Bytes): string {
  return String.fromCharCode(...bytes);
}

/** Whether the quote at `at` ends a string, or begins one: a quote within a string has a backslash before it. */
function isDelimiter(json: Bytes, at: number): boolean {
  let backslashes = 0;
  while (json[at - 1 - backslashes] === BACKSLASH) backslashes++;
  return backslashes % 2 === 0;
}

/** Where the string that begins at `start` has its closing quote. */
function closingQuote(json: Bytes, start: number): number {
  for (let at = start;;) {
    at = json.indexOf(QUOTE, at + 1);
    if (at < 0) throw new SyntaxError("The string does not end");
    if (isDelimiter(json, at)) return at;
  }
}

/** Where the string that ends at `end` has its opening quote. */
function openingQuote(json: Bytes, end: number): number {
  for (let at = end;;) {
    at = at > 0 ? json.lastIndexOf(QUOTE, at - 1) : -1;
    if (at < 0) throw new SyntaxError("The string does not begin");
    if (isDelimiter(json, at)) return at;
  }
}

/** How a byte changes the depth of nesting: 1, -1 or 0. */
function stepOf(byte: number | undefined): number {
  switch (byte) {
    case 0x5b: // [
    case 0x7b: // {
      return 1;
    case 0x5d: // ]
    case 0x7d: // }
      return -1;
    default:
      return 0;
  }
}

/** The index after the object or array that begins at `start`. */
export function endOfContainer(json: Bytes, start: number): number {
  let depth = 0;
  for (let at = start; at < json.byteLength; at++) {
    if (json[at] === QUOTE) at = closingQuote(json, at);
    else if ((depth += stepOf(json[at])) === 0) return at + 1;
  }
  throw new SyntaxError("The container does not end");
}

/** Where the object or array begins whose last byte is at `last`. Only the container itself is read. */
export function startOfContainer(json: Bytes, last: number): number {
  let depth = 0;
  for (let at = last; at >= 0; at--) {
    if (json[at] === QUOTE) at = openingQuote(json, at);
    else if ((depth -= stepOf(json[at])) === 0) return at;
  }
  throw new SyntaxError("The container does not begin");
}
