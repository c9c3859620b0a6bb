/** Decodes the Content-Transfer-Encoding of a form's part (RFC 2045, section 6). RFC 7578 deprecates it, but tools send it. */
import { Buffer } from "node:buffer";
import { Problem } from "../problems/problem.ts";
import type { Chunks } from "./chunks.ts";

/**
 * The decoded bytes of a part.
 *
 * @throws {Problem} `malformed_request` for an unknown encoding. Reading throws it if the content is not encoded like
 * that.
 */
export function decoded(encoding: string | null, chunks: Chunks): Chunks {
  switch (encoding?.trim().toLowerCase() ?? "binary") {
    case "":
    case "7bit":
    case "8bit":
    case "binary":
      return chunks;
    case "base64":
      return fromBase64(chunks);
    case "quoted-printable":
      return fromQuotedPrintable(chunks);
    default:
      throw new Problem("malformed_request", {
        detail: "The Content-Transfer-Encoding of this part is not supported.",
      });
  }
}

async function* fromBase64(chunks: Chunks): AsyncGenerator<Uint8Array> {
  let rest = "";
  for await (const text of latin1(chunks)) {
    rest += text.replace(/[\r\n\t ]+/g, "");
    // Keeps the last four characters back, because only the end may be padded.
    const whole = rest.length - rest.length % 4 - 4;
    if (whole > 0) {
      yield fourths(rest.slice(0, whole));
      rest = rest.slice(whole);
    }
  }
  const last = rest.replace(/={1,2}$/, "");
  if (last.length % 4 === 1) throw notEncoded("base64");
  if (last !== "") yield fourths(last);
}

function fourths(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*$/.test(text)) throw notEncoded("base64");
  return Buffer.from(text, "base64");
}

async function* fromQuotedPrintable(
  chunks: Chunks,
): AsyncGenerator<Uint8Array> {
  let rest = "";
  for await (const text of latin1(chunks)) {
    rest += text;
    // Decodes whole lines only, because a line break ends every escape.
    const end = rest.lastIndexOf("\n") + 1;
    if (end > 0) {
      yield unescaped(rest.slice(0, end));
      rest = rest.slice(end);
    } else if (rest.length > 1024 * 1024) {
      throw notEncoded("quoted-printable");
    }
  }
  if (rest !== "") yield unescaped(rest);
}

function unescaped(text: string): Uint8Array {
  const joined = withoutTrailingSpace(text).replace(/=\r?\n|=$/g, "");
  if (/=(?![0-9A-Fa-f]{2})/.test(joined)) throw notEncoded("quoted-printable");
  return Buffer.from(
    joined.replace(
      /=([0-9A-Fa-f]{2})/g,
      (_, hex: string) => String.fromCharCode(parseInt(hex, 16)),
    ),
    "latin1",
  );
}

/** Removes spaces and tabs before line breaks. Not by a pattern, which would begin anew at each space of a line. */
function withoutTrailingSpace(text: string): string {
  return text.split("\n").map((line, index, lines) => {
    if (index === lines.length - 1) return line;
    const isCrlf = line.endsWith("\r");
    let end = line.length - (isCrlf ? 1 : 0);
    while (line[end - 1] === " " || line[end - 1] === "\t") end--;
    return line.slice(0, end) + (isCrlf ? "\r" : "");
  }).join("\n");
}

async function* latin1(chunks: Chunks): AsyncGenerator<string> {
  while (true) {
    const { value, done } = await chunks.next();
    if (done) return;
    yield Buffer.from(value).toString("latin1");
  }
}

function notEncoded(encoding: string): Problem {
  return new Problem("malformed_request", {
    detail: `The content of this part is not valid ${encoding}.`,
  });
}
