/** Who reads, from where and for how long. */
import type { Context } from "hono";
import { sharedClient } from "../../_shared/platform/database.ts";
import type { Env } from "../../_shared/platform/env.ts";
import { expiryOf } from "../../_shared/platform/token_time.ts";
import type { Wanted } from "./request.ts";
import { HEARTBEAT_MS, STREAM_MS } from "./settings.ts";
import type { Reader } from "./steps.ts";

/** The reader of a request. It ends when the user's token expires, if not before. */
export function readerOf(
  c: Context<Env>,
  continuationId: string,
  { form, after, waitMs }: Wanted,
): Omit<Reader, "signal"> {
  const { userId, token, credentials } = c.var;
  const lastsMs = form === "events" ? STREAM_MS : waitMs;
  return {
    userId,
    token,
    db: sharedClient(credentials),
    continuationId,
    after,
    until: Math.min(
      Date.now() + lastsMs,
      (expiryOf(token) ?? Infinity) * 1000,
    ),
    heartbeatMs: HEARTBEAT_MS,
  };
}
