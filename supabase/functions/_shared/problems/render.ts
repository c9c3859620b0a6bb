/** Renders problems as `application/problem+json`. */
import type { Context } from "hono";
import { logError } from "../http/logging.ts";
import type { Env } from "../platform/env.ts";
import { catalogue } from "./catalogue.ts";
import { type Problem, problemFromUnknown } from "./problem.ts";

/** The body of a problem. */
export function problemBody(problem: Problem, requestId: string) {
  const { status, title } = catalogue[problem.code];
  return {
    type: `urn:continuum:problem:${problem.code}`,
    title,
    status,
    detail: problem.detail,
    code: problem.code,
    request_id: requestId,
    ...problem.extension,
  };
}

/** The response for whatever was thrown; the cause of an internal one goes to the log. */
export function renderError(error: unknown, c: Context<Env>): Response {
  const problem = problemFromUnknown(error);
  if (problem.code === "internal") logError(c, problem.cause);
  return c.body(
    JSON.stringify(problemBody(problem, c.var.requestId)),
    problem.status,
    {
      "Content-Type": "application/problem+json",
      ...headersFor(problem),
      ...problem.headers,
    },
  );
}

/**
 * Headers that a status owes its reader. `x-should-retry` tells client libraries that would retry by
 * status alone, such as on any 409, whether the same request may succeed later.
 */
function headersFor({ code }: Problem): Record<string, string> {
  switch (code) {
    case "unauthenticated":
      return {
        "WWW-Authenticate": 'Bearer realm="continuum"',
        "x-should-retry": "false",
      };
    case "invalid_token":
      return {
        "WWW-Authenticate": 'Bearer realm="continuum", error="invalid_token"',
        "x-should-retry": "false",
      };
    case "unavailable":
    case "rate_limited":
      return { "Retry-After": "2", "x-should-retry": "true" };
    case "internal":
      return { "x-should-retry": "true" };
    default:
      return { "x-should-retry": "false" };
  }
}
