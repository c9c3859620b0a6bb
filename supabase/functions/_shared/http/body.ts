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
 * Reads the body as text into `c.var.bodyText`; nothing is parsed. An `optional` body may be absent or empty,
 * whatever its Content-Type: `curl -d ''` declares a form.
 *
 * @throws {Problem} `unsupported_media_type` unless it is plain `application/json`, `body_too_large` past
 * `maxBytes` whatever Content-Length says, `malformed_request` if it is not UTF-8 or ends early.
 */
export function jsonBody(maxBytes: number, optional: boolean) {
  return createMiddleware<Env>(async (c, next) => {
    if (!optional) refuseUnlessJson(c.req.raw.headers);
    const chunks = await readWithin(c.req.raw, maxBytes);
    if (chunks.length > 0) refuseUnlessJson(c.req.raw.headers);
    c.set("bodyText", decode(chunks));
    await next();
  });
}

/**
 * Refuses a body that is encoded: what a handler streams would be stored as it is.
 *
 * @throws {Problem} `unsupported_media_type`
 */
export const refuseEncoded: MiddlewareHandler<Env> = async (c, next) => {
  refuseContentEncoding(c.req.raw.headers);
  await next();
};

function refuseUnlessJson(headers: Headers): void {
  if (!JSON_TYPE.test(headers.get("Content-Type") ?? "")) {
    throw new Problem("unsupported_media_type", {
      detail: "Send the body as application/json.",
    });
  }
  refuseContentEncoding(headers);
}

function refuseContentEncoding(headers: Headers): void {
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

/**
 * Counts the characters that begin or separate values, outside of strings and without parsing. Each is looked at
 * once: a regular expression for strings would begin anew at every quote of a string that does not end.
 */
function hasTooManyValues(text: string): boolean {
  if (text.length < MAX_VALUES) return false;
  let count = 0;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isString) {
      if (character === "\\") at++;
      else if (character === '"') isString = false;
    } else if (character === '"') isString = true;
    else if (character === "," || character === "[" || character === "{") {
      if (++count >= MAX_VALUES) return true;
    }
  }
  return false;
}

async function readWithin(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array[]> {
  const length = request.headers.get("Content-Length");
  // HTTP ends a body after the announced length, so it can be read at once, which takes a tenth of the time.
  const isAnnounced = length !== null && /^\d+$/.test(length);
  if (isAnnounced && Number(length) > maxBytes) throw tooLarge(maxBytes);
  try {
    const { chunks, size } = isAnnounced
      ? await readAll(request)
      : await readChunks(request, maxBytes);
    if (size > maxBytes) throw tooLarge(maxBytes);
    return chunks;
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem("malformed_request", {
      detail: "The body ended early.",
      cause,
    });
  }
}

interface Read {
  chunks: Uint8Array[];
  size: number;
}

async function readAll(request: Request): Promise<Read> {
  const body = new Uint8Array(await request.arrayBuffer());
  const { byteLength: size } = body;
  return { chunks: size > 0 ? [body] : [], size };
}

/** Stops at the limit, and leaves the body open: what follows is drained, and not held. */
async function readChunks(
  { body }: Request,
  maxBytes: number,
): Promise<Read> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body?.values({ preventCancel: true }) ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) break;
    if (chunk.byteLength > 0) chunks.push(chunk);
  }
  return { chunks, size };
}

function tooLarge(maxBytes: number): Problem {
  return new Problem("body_too_large", {
    detail: `The body may have at most ${maxBytes} bytes.`,
    max_bytes: maxBytes,
  });
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
  if (c.res.status < 400) return;
  const { body } = c.req.raw;
  if (body === null || body.locked) return;
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
