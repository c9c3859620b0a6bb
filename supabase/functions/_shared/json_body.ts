/** Reads a JSON body within a limit, before anything parses it. */
import { createMiddleware } from "hono/factory";
import type { Env } from "./env.ts";
import { Problem } from "./errors.ts";

/** JSON, or a JSON merge patch (RFC 7396). */
const JSON_TYPE = /^application\/(merge-patch\+)?json[ \t]*(;|$)/i;

/** How much of a refused body is read away, so that the client gets to read the answer. */
const DRAIN_BYTES = 16 * 1024 * 1024;

/**
 * Leaves the whole body to the route's validator, which parses it.
 *
 * @throws {Problem} `unsupported_media_type` unless it is plain `application/json`,
 * `body_too_large` past `maxBytes` whatever Content-Length says, `malformed_request` where it is
 * not UTF-8.
 */
export function jsonBody({ maxBytes }: { maxBytes: number }) {
  return createMiddleware<Env>(async (c, next) => {
    if (!JSON_TYPE.test(c.req.header("Content-Type") ?? "")) {
      throw new Problem("unsupported_media_type", "Send application/json.");
    }
    const encoding = c.req.header("Content-Encoding") ?? "identity";
    if (encoding.toLowerCase() !== "identity") {
      throw new Problem(
        "unsupported_media_type",
        "Send the body without Content-Encoding.",
      );
    }
    const body = await readWithin(c.req.raw.body, maxBytes);
    refuseUnlessUtf8(body);
    // The validator knows fewer ways to write the type than RFC 9110 does.
    const headers = new Headers(c.req.raw.headers);
    headers.set("Content-Type", "application/json");
    c.req.raw = new Request(c.req.raw, { body, headers });
    await next();
  });
}

async function readWithin(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body ?? []) {
      size += chunk.byteLength;
      if (size <= maxBytes) chunks.push(chunk);
      else if (size > maxBytes + DRAIN_BYTES) break;
    }
  } catch (cause) {
    throw new Problem("malformed_request", "The body ended early.", {}, {
      cause,
    });
  }
  if (size > maxBytes) {
    throw new Problem(
      "body_too_large",
      `The body may have ${maxBytes} bytes.`,
      {
        max_bytes: maxBytes,
      },
    );
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/** A lenient decoder would store U+FFFD in place of what was sent. */
function refuseUnlessUtf8(body: Uint8Array): void {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (cause) {
    throw new Problem("malformed_request", "The body is not UTF-8.", {}, {
      cause,
    });
  }
}
