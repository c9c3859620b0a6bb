/** Renders problems as `application/problem+json`, and logs internal ones. */
import type { Context } from "hono";
import { logError } from "../http/logging.ts";
import type { Env } from "../platform/env.ts";
import { catalogue, type ProblemCode } from "./catalogue.ts";
import { type Problem, problemFromUnknown } from "./problem.ts";

/** Temporary problems: the same request may succeed a moment later. */
const RETRYABLE: ReadonlySet<ProblemCode> = new Set([
  "rate_limited",
  "unavailable",
]);

/** RFC 6750, section 3. */
const CHALLENGES: Partial<Record<ProblemCode, string>> = {
  unauthenticated: 'Bearer realm="continuum"',
  invalid_token: 'Bearer realm="continuum", error="invalid_token"',
};

/** The body of a problem. It takes the parts, because making an error for its stack alone takes time. */
export function problemBody(
  problem: Pick<Problem, "code" | "detail" | "extension">,
  requestId: string,
) {
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

/** The problem for any thrown value. This is where the cause of an internal one is logged. */
export function reportedProblem(error: unknown, c: Context<Env>): Problem {
  const problem = problemFromUnknown(error);
  if (problem.code === "internal") logError(c, problem.cause);
  return problem;
}

/** The response to any thrown value. */
export function renderError(error: unknown, c: Context<Env>): Response {
  const problem = reportedProblem(error, c);
  return c.body(
    JSON.stringify(problemBody(problem, c.var.requestId)),
    problem.status,
    {
      "Content-Type": "application/problem+json",
      ...headersFor(problem.code),
      ...problem.headers,
    },
  );
}

/**
 * The headers of every response with this code. `x-should-retry` is for client libraries that otherwise decide
 * by the status alone, and would retry any 409: it is true only beside `Retry-After`.
 */
export function headersFor(code: ProblemCode): Record<string, string> {
  return {
    ...(RETRYABLE.has(code)
      ? { "Retry-After": "2", "x-should-retry": "true" }
      : { "x-should-retry": "false" }),
    ...(CHALLENGES[code] && { "WWW-Authenticate": CHALLENGES[code] }),
  };
}
