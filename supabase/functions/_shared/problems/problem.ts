/**
 * The only kind of error that clients see: RFC 9457 problem details. A {@link Problem} is thrown where the failure
 * is detected and rendered by `render.ts`, so clients see nothing that is not in the catalogue.
 */
import { HTTPException } from "hono/http-exception";
import { catalogue, type ProblemCode } from "./catalogue.ts";

/** One broken rule. `pointer` is an RFC 6901 JSON pointer into the body, query, path or header. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** What a problem has in addition to its code. Members that are not listed here are added to its body. */
export interface ProblemOptions {
  /** A sentence for people. The code's title if omitted. */
  detail?: string;
  /** The original error. It is only logged. */
  cause?: unknown;
  headers?: Record<string, string>;
  errors?: FieldError[];
  [extension: string]: unknown;
}

/** A failure that is reported to the client. */
export class Problem extends Error {
  override readonly cause: unknown;
  readonly detail: string;
  readonly headers: Record<string, string>;
  readonly extension: Record<string, unknown> & { errors?: FieldError[] };

  constructor(readonly code: ProblemCode, options: ProblemOptions = {}) {
    super(code);
    const { detail, cause, headers, ...extension } = options;
    this.detail = detail ?? catalogue[code].title;
    this.cause = cause;
    this.headers = headers ?? {};
    this.extension = extension;
  }

  get status() {
    return catalogue[this.code].status;
  }
}

/** Any thrown value as a problem. An unknown one becomes `internal`, which reveals nothing about its cause. */
export function problemFromUnknown(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException && error.status === 400) {
    return new Problem("malformed_request", { cause: error });
  }
  return new Problem("internal", { cause: error });
}
