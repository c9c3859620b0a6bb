/** Reads a JSON body within a limit, and drains a body that was refused. */
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { Env } from "../platform/env.ts";
import { Problem } from "../problems/problem.ts";

/** JSON, or a JSON merge patch (RFC 7396). */
const JSON_TYPE = /^application\/(merge-patch\+)?json[ \t]*(;|$)/i;

/** How much of a refused body is read away. More than any file that is accepted. */
const DRAIN_BYTES = 64 * 1024 * 1024;

/**
 * How many JSON values a body may have. Each needs about a hundred bytes once it is parsed, and a function has
 * 256 MB for all its requests.
 */
const MAX_VALUES = 200_000;

/**
 * Reads the body as text into `c.var.bodyText`; nothing is parsed. An absent body, which `optional` lets
 * pass without a Content-Type, is empty text.
 *
 * @throws {Problem} `unsupported_media_type` unless it is plain `application/json`, `body_too_large` past
 * `maxBytes` whatever Content-Length says, `malformed_request` if it is not UTF-8 or ends early.
 */
export function jsonBody(maxBytes: number, optional: boolean) {
  return createMiddleware<Env>(async (c, next) => {
    const type = c.req.header("Content-Type");
    if (!(optional && type === undefined)) refuseUnlessJson(c.req.raw.headers);
    const text = decode(await readWithin(c.req.raw.body, maxBytes));
    if (type === undefined && text !== "") refuseUnlessJson(c.req.raw.headers);
    c.set("bodyText", text);
    await next();
  });
}

function refuseUnlessJson(headers: Headers): void {
  if (!JSON_TYPE.test(headers.get("Content-Type") ?? "")) {
    throw new Problem("unsupported_media_type", {
      detail: "Send the body as application/json.",
    });
  }
  const encoding = headers.get("Content-Encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    throw new Problem("unsupported_media_type", {
      detail: "Send the body without Content-Encoding.",
    });
  }
}

/**
 * The value of a JSON text.
 *
 * @throws {Problem} `malformed_request` if it is not JSON, `validation_failed` if it has too many values.
 */
export function parseJson(text: string): unknown {
  if (hasTooManyValues(text)) {
    throw new Problem("validation_failed", {
      errors: [{
        pointer: "",
        detail: "Must not contain more than 200,000 values.",
      }],
    });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem("malformed_request", {
      detail: "The body is not JSON.",
      cause,
    });
  }
}

const [QUOTE, BACKSLASH, BRACKET, BRACE, COMMA] = [...'"\\[{,']
  .map((character) => character.charCodeAt(0));

/** Counts the characters that begin or separate values, outside of strings and without parsing. */
function hasTooManyValues(text: string): boolean {
  if (text.length < MAX_VALUES) return false;
  let count = 0;
  let isInString = false;
  // Not by a pattern, which would begin anew at each quote of a string that does not end.
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isInString = !isInString;
    else if (isInString) at += code === BACKSLASH ? 1 : 0;
    else if (code === BRACKET || code === BRACE || code === COMMA) {
      if (++count >= MAX_VALUES) return true;
    }
  }
  return false;
}

async function readWithin(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    // Left open at the limit: what follows is drained, and not held.
    for await (const chunk of body?.values({ preventCancel: true }) ?? []) {
      size += chunk.byteLength;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new Problem("malformed_request", {
      detail: "The body ended early.",
      cause,
    });
  }
  if (size > maxBytes) {
    throw new Problem("body_too_large", {
      detail: `The body may have at most ${maxBytes} bytes.`,
      max_bytes: maxBytes,
    });
  }
  return chunks;
}

/** Fatal, since a lenient decoder would replace invalid bytes by U+FFFD. */
function decode(chunks: Uint8Array[]): string {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join(
      "",
    ) +
      decoder.decode();
  } catch (cause) {
    throw new Problem("malformed_request", {
      detail: "The body is not UTF-8.",
      cause,
    });
  }
}

/**
 * Reads away a bounded amount of what a refusal has left unread of a body, whoever refused: a gateway that is
 * still sending would otherwise not pass the answer on.
 */
export const drainRefused: MiddlewareHandler<Env> = async (c, next) => {
  await next();
  const { body } = c.req.raw;
  if (c.res.status < 400 || body === null || body.locked) return;
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.byteLength;
      if (size > DRAIN_BYTES) break;
    }
  } catch {
    // The client is gone: nobody is left to answer.
  }
};
