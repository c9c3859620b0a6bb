/** Content negotiation for JSON, and the caching and length headers of JSON responses. */
import type { MiddlewareHandler } from "hono";
import { parseAccept } from "hono/utils/accept";
import type { Env } from "../platform/env.ts";
import { Problem } from "../problems/problem.ts";

/** The media ranges that include JSON. The first one that is in an Accept header counts (RFC 9110, 12.5.1). */
const MEDIA_RANGES = ["application/json", "application/*", "*/*"];

/**
 * Refuses a request whose Accept header excludes JSON.
 *
 * @throws {Problem} `not_acceptable`
 */
export const acceptsJson: MiddlewareHandler<Env> = async (c, next) => {
  const accept = c.req.header("Accept");
  const ranges = accept === undefined ? [] : parseAccept(accept);
  const [mostSpecific] = MEDIA_RANGES.flatMap((range) =>
    ranges.filter(({ type }) => type.toLowerCase() === range)
  );
  if (ranges.length > 0 && !(mostSpecific && mostSpecific.q > 0)) {
    throw new Problem("not_acceptable");
  }
  await next();
};

const JSON_ANSWER = /^application\/(problem\+)?json/;

/**
 * Keeps responses out of caches, and gives problems a Content-Length, which HEAD and the log need and the runtime
 * would omit. `json` has given it to all else.
 */
export const privateJson: MiddlewareHandler<Env> = async (c, next) => {
  await next();
  c.res.headers.append("Vary", "Authorization");
  if (!c.res.headers.has("Cache-Control")) {
    // A gateway that compresses the response would weaken its tag.
    c.res.headers.set(
      "Cache-Control",
      c.res.headers.has("ETag") ? "no-store, no-transform" : "no-store",
    );
  }
  if (
    JSON_ANSWER.test(c.res.headers.get("Content-Type") ?? "") &&
    !c.res.headers.has("Content-Length")
  ) {
    const body = await c.res.arrayBuffer();
    c.res = new Response(body, c.res);
    c.res.headers.set("Content-Length", String(body.byteLength));
  }
};
