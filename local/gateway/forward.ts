/** Passing a request on to another process, streamed both ways. */

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

/**
 * Sends `request` to `target`. No more than {@link ONE_PIECE_BYTES} are held: a body goes on as it
 * comes, in both directions, and a client that goes away ends the request behind.
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
  // fetch would decode what it has asked for and leave the header that says it is encoded.
  headers.set("Accept-Encoding", "identity");

  const response = await fetch(target, {
    method: request.method,
    headers,
    body: isSmall(request) ? await request.arrayBuffer() : request.body,
    redirect: "manual",
    signal: request.signal,
  });
  return new Response(response.body, {
    status: response.status,
    headers: endToEnd(response.headers),
  });
}

function isSmall({ body, headers }: Request): boolean {
  const length = headers.get("Content-Length");
  return body !== null && length !== null &&
    Number(length) <= ONE_PIECE_BYTES;
}

function endToEnd(headers: Headers): Headers {
  const kept = new Headers(headers);
  const named = (headers.get("Connection") ?? "").split(",")
    .map((name) => name.trim()).filter((name) => /^[\w-]+$/.test(name));
  for (const name of [...HOP_BY_HOP, ...named]) kept.delete(name);
  return kept;
}
