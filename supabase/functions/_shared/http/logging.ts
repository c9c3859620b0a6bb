/**
 * One JSON line per request, and another for each internal failure. A line never contains a body, token, key,
 * file name, title or query text. It identifies the route by its pattern and the caller by id.
 */
import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { Env } from "../platform/env.ts";

/** Writes the request's line once the response is ready. `bytes` is null if its length is not known. */
export const requestLog: MiddlewareHandler<Env> = async (c, next) => {
  const startedAt = performance.now();
  await next();
  const length = c.res.headers.get("Content-Length");
  write({
    event: "request",
    request_id: c.var.requestId,
    function: c.var.functionName,
    route: `${c.req.method} ${routePattern(c)}`,
    status: c.res.status,
    ms: Math.round((performance.now() - startedAt) * 10) / 10,
    user_id: c.var.userId ?? null,
    bytes: length === null ? null : Number(length),
  });
};

/**
 * Writes what an operator needs to trace an internal failure: its class, code and stack frames. The message is
 * omitted, because PostgreSQL and parsers quote the caller's values in their messages.
 */
export function logError(c: Context<Env>, cause: unknown): void {
  write({
    event: "error",
    request_id: c.var.requestId,
    function: c.var.functionName,
    name: cause instanceof Error ? cause.name : typeof cause,
    code: codeOf(cause),
    frames: cause instanceof Error ? stackFrames(cause) : [],
  });
}

function codeOf(cause: unknown): string | null {
  if (typeof cause !== "object" || cause === null || !("code" in cause)) {
    return null;
  }
  return typeof cause.code === "string" ? cause.code : null;
}

function stackFrames(error: Error): string[] {
  // Without the message, since one of its lines may look like a frame.
  return (error.stack ?? "").replace(error.message, "").split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "))
    .slice(0, 8);
}

/** The pattern of the handler that responded, or `*` if none matched. Never the path itself. */
function routePattern(c: Context<Env>): string {
  const handler = matchedRoutes(c).findLast((route) =>
    !route.path.endsWith("*")
  );
  return handler?.path ?? "*";
}

function write(line: Record<string, unknown>): void {
  console.log(JSON.stringify(line));
}
