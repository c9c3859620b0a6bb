/** Browsers may ask Auth, Data API and Storage from any origin; functions say so themselves. */

const EXPOSED =
  "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, Transfer-Encoding, Range-Unit";

/** The answer of `handle`, or to a preflight that it leaves to the gateway. */
export async function forBrowsers(
  request: Request,
  handle: () => Promise<Response>,
): Promise<Response> {
  const answer = isPreflight(request) && !handlesPreflight(request)
    ? new Response(null, { status: 204 })
    : await handle();
  if (answer.headers.has("Access-Control-Allow-Origin")) return answer;
  const headers = new Headers(answer.headers);
  headers.set("Access-Control-Allow-Origin", "*");
  headers.set("Access-Control-Expose-Headers", EXPOSED);
  if (isPreflight(request)) {
    headers.set(
      "Access-Control-Allow-Methods",
      "GET,POST,PUT,PATCH,DELETE,OPTIONS,HEAD",
    );
    headers.set(
      "Access-Control-Allow-Headers",
      request.headers.get("Access-Control-Request-Headers") ?? "*",
    );
    headers.set("Access-Control-Max-Age", "3600");
  }
  return new Response(answer.body, { status: answer.status, headers });
}

function isPreflight(request: Request): boolean {
  return request.method === "OPTIONS" &&
    request.headers.has("Access-Control-Request-Method");
}

/** Storage's resumable uploads have OPTIONS of their own. */
function handlesPreflight(request: Request): boolean {
  return new URL(request.url).pathname.startsWith("/storage/v1/");
}
