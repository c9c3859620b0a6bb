/** The rate limits of user routes, as middleware and as headers. */
import type { MiddlewareHandler } from "hono";
import type { Env } from "../platform/env.ts";
import {
  countRequest,
  isLimited,
  type RequestClass,
} from "../platform/rate_limits.ts";

/**
 * Counts the request, and adds to every response what is left: `RateLimit` and `RateLimit-Policy` of
 * draft-ietf-httpapi-ratelimit-headers-10, where `t` is the number of seconds until there is one request more.
 * Does not exist if nothing is limited.
 *
 * @param requestClass null if the handler counts, because only the body shows of which class a request is.
 */
export function rateLimited(
  requestClass: RequestClass | null,
): MiddlewareHandler<Env>[] {
  return isLimited
    ? [async (c, next) => {
      if (requestClass !== null) await countRequest(c, requestClass);
      await next();
      for (
        const [name, value] of Object.entries(c.var.rateLimitHeaders ?? {})
      ) {
        c.res.headers.set(name, value);
      }
    }]
    : [];
}
