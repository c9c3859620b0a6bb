/** Browsers may ask Auth, Data API and Storage from any origin; functions say so themselves. */
import type { Service } from "./service.ts";

const EXPOSED =
  "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, Transfer-Encoding, Range-Unit";

/** `service` for any origin; it is not asked for preflights that it leaves to the gateway. */
export function forBrowsers(service: Service): Service {
  return async (request, below) =>
    allowing(
      request,
      isPreflight(request) && !handlesPreflight(request)
        ? new Response(null, { status: 204 })
        : await service(request, below),
    );
}

function allowing(request: Request, answer: Response): Response {
  const { headers } = answer;
  if (headers.has("Access-Control-Allow-Origin")) return answer;
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
  return answer;
}

function isPreflight(request: Request): boolean {
  return request.method === "OPTIONS" &&
    request.headers.has("Access-Control-Request-Method");
}

/** Storage's resumable uploads have OPTIONS of their own. */
function handlesPreflight(request: Request): boolean {
  return new URL(request.url).pathname.startsWith("/storage/v1/");
}
