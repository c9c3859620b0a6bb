/**
 * The one error shape of the API: RFC 9457 problem details. A {@link Problem} is thrown where the
 * failure is known and rendered by {@link renderError}, so every code is in this catalogue and
 * nothing else reaches a client.
 */
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Env } from "./env.ts";
import { logError } from "./logging.ts";

/** Every problem code with its HTTP status and title. Documented in docs/api.md. */
export const catalogue = {
  malformed_request: { status: 400, title: "The request cannot be read." },
  invalid_cursor: {
    status: 400,
    title: "The cursor is not one that this API gave.",
  },
  unauthenticated: { status: 401, title: "A user's access token is needed." },
  invalid_token: { status: 401, title: "The access token is not valid." },
  read_only: {
    status: 403,
    title: "You may read this conversation, not change it.",
  },
  owner_only: {
    status: 403,
    title: "Only the owner of this conversation may do that.",
  },
  not_found: { status: 404, title: "There is nothing here that you may see." },
  method_not_allowed: {
    status: 405,
    title: "This resource does not have that method.",
  },
  not_acceptable: {
    status: 406,
    title: "The answer is JSON, which Accept excludes.",
  },
  already_exists: {
    status: 409,
    title: "You have a conversation of that name.",
  },
  upload_incomplete: {
    status: 409,
    title: "The file's bytes are not in storage yet.",
  },
  upload_mismatch: {
    status: 409,
    title: "The stored object is not what was announced.",
  },
  seq_conflict: {
    status: 409,
    title: "The conversation is not where you expected it.",
  },
  body_too_large: { status: 413, title: "The request body is too large." },
  precondition_failed: {
    status: 412,
    title: "It has changed since you read it.",
  },
  file_too_large: {
    status: 413,
    title: "The file is larger than its bucket takes.",
  },
  quota_exceeded: { status: 413, title: "Your storage is full." },
  type_mismatch: {
    status: 415,
    title: "The content is not of the declared type.",
  },
  unsupported_media_type: {
    status: 415,
    title: "The body or file has an unsupported type.",
  },
  range_not_satisfiable: { status: 416, title: "The file has no such range." },
  digest_mismatch: {
    status: 422,
    title: "The content does not have the announced digest.",
  },
  budget_too_small: {
    status: 422,
    title: "The newest message does not fit the token budget.",
  },
  unknown_user: { status: 422, title: "There is no such user." },
  idempotency_mismatch: {
    status: 422,
    title: "This idempotency key was used with another payload.",
  },
  unknown_file: { status: 422, title: "A file is not one that you may see." },
  validation_failed: { status: 422, title: "The request breaks a rule." },
  rate_limited: { status: 429, title: "Too many requests." },
  internal: { status: 500, title: "Something failed on our side." },
  unavailable: {
    status: 503,
    title: "The database or storage is out of reach.",
  },
} as const;

export type ProblemCode = keyof typeof catalogue;

/** One broken rule. `pointer` is an RFC 6901 JSON pointer into the body, query, path or header. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** Members of a problem besides the standard ones, such as `last_seq` or `errors`. */
export type Extension = Record<string, unknown> & { errors?: FieldError[] };

/** A failure that the client is told of. `cause` is for the log only. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly detail?: string,
    readonly extension: Extension = {},
    options?: ErrorOptions & { headers?: Record<string, string> },
  ) {
    super(code, options);
    this.headers = options?.headers ?? {};
  }
  readonly headers: Record<string, string>;
}

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(catalogue, code);
}

/** Headers that a status owes its reader. */
function headersFor(problem: Problem): Record<string, string> {
  switch (problem.code) {
    case "unauthenticated":
      return { "WWW-Authenticate": 'Bearer realm="continuum"' };
    case "invalid_token":
      return {
        "WWW-Authenticate": 'Bearer realm="continuum", error="invalid_token"',
      };
    case "unavailable":
    case "rate_limited":
      return { "Retry-After": "2" };
    default:
      return {};
  }
}

/** What Hono and its validators throw, in our terms. */
function problemFromHttpException(error: HTTPException): Problem {
  switch (error.status) {
    case 400:
      return new Problem("malformed_request", "The body is not JSON.", {}, {
        cause: error,
      });
    case 415:
      return new Problem("unsupported_media_type", undefined, {}, {
        cause: error,
      });
    default:
      return new Problem("internal", undefined, {}, { cause: error });
  }
}

/** Any thrown value as a problem; what is not known is `internal` and says nothing of the inside. */
export function problemFromUnknown(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException) return problemFromHttpException(error);
  return new Problem("internal", undefined, {}, { cause: error });
}

/** The body of a problem; logs the cause of an internal one. */
export function problemBody(c: Context<Env>, problem: Problem) {
  if (problem.code === "internal") logError(c, problem.cause);
  const { status, title } = catalogue[problem.code];
  return {
    type: `urn:continuum:problem:${problem.code}`,
    title,
    status,
    detail: problem.detail ?? title,
    code: problem.code,
    request_id: c.var.requestId,
    ...problem.extension,
  };
}

/** Renders whatever was thrown as `application/problem+json`. */
export function renderError(error: unknown, c: Context<Env>): Response {
  const problem = problemFromUnknown(error);
  return c.body(
    JSON.stringify(problemBody(c, problem)),
    catalogue[problem.code].status,
    {
      "Content-Type": "application/problem+json",
      ...headersFor(problem),
      ...problem.headers,
    },
  );
}
