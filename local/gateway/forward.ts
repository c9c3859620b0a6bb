/** Passing a request on to another process, streamed both ways. */

import { spooled } from "./spool.ts";

/** Of one connection, not of the message: RFC 9110 section 7.6.1. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * A body of up to this many bytes goes on in one piece: fetch sends the head of a streamed one first,
 * and what comes after it waits 40 ms for the other side's delayed acknowledgement.
 */
const ONE_PIECE_BYTES = 64 * 1024;

/** What fetch has undone by the time its answer is read, without dropping the header. */
const UNDONE_BY_FETCH = /^(gzip|br)$/i;

/**
 * Sends `request` to `target`. No more than {@link ONE_PIECE_BYTES} are held in memory: a body goes
 * on as it comes, in both directions, and a client that goes away ends the request behind.
 */
export async function forward(
  request: Request,
  target: string,
): Promise<Response> {
  const url = new URL(request.url);
  const headers = endToEnd(request.headers, FORWARDED);
  headers.push(
    ["x-forwarded-host", url.host],
    ["x-forwarded-proto", url.protocol.replace(":", "")],
    ["x-forwarded-port", url.port],
  );
  // Or fetch would ask for encodings that the client has not asked for.
  if (!request.headers.has("Accept-Encoding")) {
    headers.push(["accept-encoding", "identity"]);
  }

  const response = await fetch(target, {
    method: request.method,
    headers,
    body: await bodyOf(request),
    redirect: "manual",
    signal: request.signal,
  });
  const encoding = response.headers.get("Content-Encoding") ?? "";
  return new Response(response.body, {
    status: response.status,
    headers: endToEnd(
      response.headers,
      UNDONE_BY_FETCH.test(encoding) ? ENCODED : NONE,
    ),
  });
}

async function bodyOf(request: Request): Promise<BodyInit | null> {
  const { body, headers } = request;
  if (body === null) return null;
  const length = headers.get("Content-Length");
  if (length === null) return spooled(body);
  return Number(length) <= ONE_PIECE_BYTES ? await request.arrayBuffer() : body;
}

/** Headers that the gateway sets itself. */
const FORWARDED = new Set([
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
]);

/** Headers that no longer describe a body once fetch has decoded it. */
const ENCODED = new Set(["content-encoding", "content-length"]);

const NONE = new Set<string>();

/** The headers to pass on: all except those of the connection and those in `without`. */
function endToEnd(
  headers: Headers,
  without: Set<string>,
): [name: string, value: string][] {
  const named = new Set(
    headers.get("Connection")?.toLowerCase().split(",")
      .map((name) => name.trim()),
  );
  // A list, because a Headers object would be copied once more.
  return [...headers].filter(([name]) =>
    !HOP_BY_HOP.has(name) && !named.has(name) && !without.has(name)
  );
}
