/**
 * The one error of the API: RFC 9457 problem details. A {@link Problem} is thrown where the failure
 * is known and rendered by `render.ts`, so nothing that is not in the catalogue reaches a client.
 */
import { HTTPException } from "hono/http-exception";
import { catalogue, type ProblemCode } from "./catalogue.ts";

/** One broken rule. `pointer` is an RFC 6901 JSON pointer into the body, query, path or header. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** What a problem says besides its code. Members that are not listed appear in its body as they are. */
export interface ProblemOptions {
  /** A sentence for people; the title of the code if omitted. */
  detail?: string;
  /** What led to it: for the log alone. */
  cause?: unknown;
  headers?: Record<string, string>;
  errors?: FieldError[];
  [extension: string]: unknown;
}

/** A failure that the client is told about. */
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

/** Any thrown value as a problem; what is not known is `internal` and says nothing about the inside. */
export function problemFromUnknown(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException && error.status === 400) {
    return new Problem("malformed_request", { cause: error });
  }
  return new Problem("internal", { cause: error });
}
