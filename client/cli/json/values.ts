/** Reads JSON from a stream, one value at a time: the items of an array, the lines of JSONL, or one document. */
import { Tokenizer, TokenParser } from "npm:@streamparser/json@0.0.26";
import { exactNumber, parseExact } from "./exact.ts";

/** A value and where it stands in its file, in words: `line 12` or `item 3`. */
export interface Located {
  value: unknown;
  where: string;
}

/** A place of a file that is not JSON. Reading goes on behind a broken line, and ends at any other fault. */
export interface Broken {
  broken: string;
  where: string;
}

export type Reading = Located | Broken;

export type Bytes = AsyncIterable<Uint8Array>;

/** The longest line that is taken: a whole session may be in one, but not a file that is no JSONL at all. */
const MOST_LINE_BYTES = 256 * 1024 * 1024;

const LINE_FEED = 10;

/**
 * The values of a file. An array is read item by item, so its size does not matter; several values, a line each, are
 * JSONL; anything else is one document.
 *
 * @param asLines says that the file is JSONL, whatever its first line is.
 */
export async function* valuesOf(
  bytes: Bytes,
  { asLines }: { asLines: boolean },
): AsyncGenerator<Reading, void, undefined> {
  const pieces = bytes[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let start = "";
  try {
    // Enough of the file to tell what it is.
    while (!asLines) {
      const { done, value } = await pieces.next();
      if (done) break;
      head.push(value);
      start = new TextDecoder().decode(concatenated(head)).trimStart();
      if (/[\r\n]/.test(start) || start.startsWith("[")) break;
      if (start.length > 1024 * 1024) break;
    }
    const all = resumed(head, pieces);
    if (asLines) yield* lineValues(all);
    else if (start.startsWith("[")) yield* documentValues(all, "$.*");
    else if (isValue(start.split(/[\r\n]/, 1)[0] ?? "")) {
      yield* lineValues(all);
    } else yield* documentValues(all, "$");
  } finally {
    await pieces.return?.();
  }
}

/** The lines of a file as bytes, without their line feeds. */
export async function* byteLines(
  bytes: Bytes,
): AsyncGenerator<Uint8Array, void, undefined> {
  let rest: Uint8Array[] = [];
  let size = 0;
  for await (const piece of bytes) {
    let from = 0;
    for (let at; (at = piece.indexOf(LINE_FEED, from)) >= 0; from = at + 1) {
      yield concatenated([...rest, piece.subarray(from, at)]);
      [rest, size] = [[], 0];
    }
    rest.push(piece.slice(from));
    size += piece.length - from;
    if (size > MOST_LINE_BYTES) {
      throw new RangeError("A line has more than 256 MiB.");
    }
  }
  if (size > 0) yield concatenated(rest);
}

async function* lineValues(
  bytes: Bytes,
): AsyncGenerator<Reading, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let number = 0;
  for await (const line of byteLines(bytes)) {
    const where = `line ${++number}`;
    try {
      const text = decoder.decode(line).trim();
      if (text !== "") yield { value: parseExact(text), where };
    } catch (error) {
      yield { broken: sentence(error), where };
    }
  }
}

class ExactTokenizer extends Tokenizer {
  protected override parseNumber(text: string): number {
    // The parser passes the value on and does not look into it.
    return exactNumber(text) as number;
  }
}

/** The values at `path`, in memory one at a time. */
async function* documentValues(
  bytes: Bytes,
  path: string,
): AsyncGenerator<Reading, void, undefined> {
  const found: unknown[] = [];
  const options = { paths: [path], keepStack: path === "$" };
  const tokens = new ExactTokenizer({ stringBufferSize: 64 * 1024 });
  const parser = new TokenParser(options);
  let fault: unknown;
  tokens.onToken = (token) => parser.write(token);
  parser.onValue = ({ value }) => void found.push(value);
  tokens.onError = parser.onError = (error) => void (fault ??= error);
  let items = 0;
  let line = 1;
  const waiting = function* () {
    for (const value of found.splice(0)) {
      items++;
      yield { value, where: path === "$" ? "the document" : `item ${items}` };
    }
  };
  for await (const piece of bytes) {
    // Space after the end of the document is none of the parser's business.
    if (parser.isEnded) {
      if (/\S/.test(new TextDecoder().decode(piece))) {
        fault = new SyntaxError("There is more after the end of the document");
      }
    } else tokens.write(piece);
    yield* waiting();
    if (fault !== undefined) break;
    for (let at = -1; (at = piece.indexOf(LINE_FEED, at + 1)) >= 0;) line++;
  }
  if (fault === undefined && !parser.isEnded) {
    fault = new SyntaxError("The file ends in the middle of the document");
  }
  if (fault !== undefined) {
    const behind = items > 0 ? `, behind item ${items}` : "";
    yield { broken: sentence(fault), where: `near line ${line}${behind}` };
  }
}

async function* resumed(
  head: Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* head;
  for (;;) {
    const { done, value } = await rest.next();
    if (done) return;
    yield value;
  }
}

function isValue(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function concatenated(pieces: Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint8Array(
    pieces.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return `This is not JSON: ${text.replace(/\s+/g, " ").slice(0, 200)}`;
}
