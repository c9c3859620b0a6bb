/**
 * Limits of how many requests a user may send in a time. Off unless the environment sets them:
 * `CONTINUUM_RATE_LIMIT_READ`, `_WRITE` and `_BULK`, each such as `600/minute`.
 */
import type { Context } from "hono";
import { Problem } from "../problems/problem.ts";
import { call } from "./database.ts";
import type { Env } from "./env.ts";
import { variable } from "./environment.ts";

/** What a request costs: it reads, it writes, or it handles every message of a conversation. */
export type RequestClass = "read" | "write" | "bulk";

interface RateLimit {
  /** How many requests may come at once, and how many are given back in the course of the window. */
  quota: number;
  windowSeconds: number;
}

const VARIABLES: Record<RequestClass, string> = {
  read: "CONTINUUM_RATE_LIMIT_READ",
  write: "CONTINUUM_RATE_LIMIT_WRITE",
  bulk: "CONTINUUM_RATE_LIMIT_BULK",
};

const SECONDS: Record<string, number> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86400,
};

const MAX_QUOTA = 1_000_000;

/** @throws {Error} if the variable is set to something else: a misspelt limit must not be ignored. */
function limitFrom(name: string): RateLimit | null {
  const text = variable(name);
  if (text === undefined) return null;
  const [, quota, unit] =
    /^([1-9]\d{0,6})\/(second|minute|hour|day)$/.exec(text) ??
      [];
  const windowSeconds = SECONDS[unit ?? ""];
  if (windowSeconds === undefined || Number(quota) > MAX_QUOTA) {
    throw new Error(
      `${name} must be 1 to ${MAX_QUOTA} per second, minute, hour or day, such as 600/minute`,
    );
  }
  return { quota: Number(quota), windowSeconds };
}

const limits: Record<RequestClass, RateLimit | null> = {
  read: limitFrom(VARIABLES.read),
  write: limitFrom(VARIABLES.write),
  bulk: limitFrom(VARIABLES.bulk),
};

/** Whether any limit is set. */
export const isLimited = Object.values(limits).some((limit) => limit !== null);

/** What `take_request` answers. */
interface Taken {
  is_granted: boolean;
  remaining: number;
  wait_ms: number;
}

/**
 * Counts a request of the caller's, if requests of its class are limited. What is left goes into
 * `c.var.rateLimitHeaders`, which the middleware of user routes puts into the response.
 *
 * @throws {Problem} `rate_limited`, with `Retry-After`, if the quota is used up.
 */
export async function countRequest(
  c: Context<Env>,
  requestClass: RequestClass,
): Promise<void> {
  const limit = limits[requestClass];
  if (limit === null) return;
  const { quota, windowSeconds } = limit;
  const taken: Taken = JSON.parse(
    await call(c, "take_request", {
      class: requestClass,
      quota,
      window_seconds: windowSeconds,
    }),
  );
  // A wait of no second would be no wait.
  const seconds = Math.max(1, Math.ceil(taken.wait_ms / 1000));
  const headers = {
    "RateLimit-Policy": `"${requestClass}";q=${quota};w=${windowSeconds}`,
    "RateLimit": `"${requestClass}";r=${taken.remaining};t=${seconds}`,
  };
  c.set("rateLimitHeaders", headers);
  if (taken.is_granted) return;
  const refused = { ...headers, "Retry-After": String(seconds) };
  c.set("rateLimitHeaders", refused);
  throw new Problem("rate_limited", {
    detail: `You may send ${quota} requests of this kind in ${windowSeconds} ${
      windowSeconds === 1 ? "second" : "seconds"
    }. Wait ${seconds} ${seconds === 1 ? "second" : "seconds"}.`,
    headers: refused,
    retry_after: seconds,
  });
}
