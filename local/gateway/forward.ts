/** Passing a request on to another process, streamed both ways. */

import { spooled } from "./spool.ts";

/** Of one connection, not of the message: RFC 9110 section 7.6.1. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

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
  const headers = endToEnd(request.headers);
  headers.set("X-Forwarded-Host", url.host);
  headers.set("X-Forwarded-Proto", url.protocol.replace(":", ""));
  headers.set("X-Forwarded-Port", url.port);
  // Or fetch would ask for encodings that the client has not asked for.
  if (!headers.has("Accept-Encoding")) {
    headers.set("Accept-Encoding", "identity");
  }

  const response = await fetch(target, {
    method: request.method,
    headers,
    body: await bodyOf(request),
    redirect: "manual",
    signal: request.signal,
  });
  const answer = endToEnd(response.headers);
  if (UNDONE_BY_FETCH.test(answer.get("Content-Encoding") ?? "")) {
    answer.delete("Content-Encoding");
    answer.delete("Content-Length");
  }
  return new Response(response.body, {
    status: response.status,
    headers: answer,
  });
}

async function bodyOf(request: Request): Promise<BodyInit | null> {
  const { body, headers } = request;
  if (body === null) return null;
  const length = headers.get("Content-Length");
  if (length === null) return spooled(body);
  return Number(length) <= ONE_PIECE_BYTES ? await request.arrayBuffer() : body;
}

function endToEnd(headers: Headers): Headers {
  const kept = new Headers(headers);
  const named = (headers.get("Connection") ?? "").split(",")
    .map((name) => name.trim()).filter((name) => /^[\w-]+$/.test(name));
  for (const name of [...HOP_BY_HOP, ...named]) kept.delete(name);
  return kept;
}
