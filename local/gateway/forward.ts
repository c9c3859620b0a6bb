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
 * Sends `request` to `target`. Nothing is held: a body goes on as it comes, in both directions, and
 * a client that goes away ends the request behind.
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
    body: request.body,
    redirect: "manual",
    signal: request.signal,
  });
  return new Response(response.body, {
    status: response.status,
    headers: endToEnd(response.headers),
  });
}

function endToEnd(headers: Headers): Headers {
  const kept = new Headers(headers);
  const named = (headers.get("Connection") ?? "").split(",")
    .map((name) => name.trim()).filter((name) => /^[\w-]+$/.test(name));
  for (const name of [...HOP_BY_HOP, ...named]) kept.delete(name);
  return kept;
}
