/** The one error of this package. */
import type { FieldError, ProblemCode } from "./types.ts";

/**
 * What went wrong: a code of the API, or one of this package for what never got an answer of the API.
 *
 * - `network_error`: no answer, or one that was cut
 * - `timeout`: no answer in time
 * - `unexpected_response`: an answer of something else, such as a gateway's page
 * - `incomplete`: a stream that ended before its end
 */
export type ErrorCode =
  | ProblemCode
  | "network_error"
  | "timeout"
  | "unexpected_response"
  | "incomplete";

export interface ErrorDetails {
  code: ErrorCode;
  status?: number;
  detail: string;
  retryable?: boolean;
  outcomeUnknown?: boolean;
  requestId?: string | null;
  retryAfterMs?: number | null;
  problem?: Record<string, unknown>;
  cause?: unknown;
}

/** A call that failed, after all retries. An aborted call throws its signal's reason instead. */
export class ContinuumError extends Error {
  override readonly name = "ContinuumError";
  /** Decide by this. */
  readonly code: ErrorCode;
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  /** A sentence for people. */
  readonly detail: string;
  /** The broken rules, if the code is `validation_failed`. */
  readonly errors: FieldError[];
  /** The whole problem, with members of its code such as `last_seq`. Empty if the answer was not a problem. */
  readonly problem: Record<string, unknown>;
  /** What to give to whoever runs the project. */
  readonly requestId: string | null;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** How long the answer asked to wait before another try. */
  readonly retryAfterMs: number | null;
  /** Whether this call may have been carried out although it failed: its answer, or that of an earlier try, was lost. */
  outcomeUnknown: boolean;
  /** The key of a failed append, revision or rewind. The same call with this key is stored once. */
  idempotencyKey: string | null = null;

  constructor(details: ErrorDetails) {
    super(`${details.code}: ${details.detail}`, { cause: details.cause });
    this.code = details.code;
    this.status = details.status ?? 0;
    this.detail = details.detail;
    this.problem = details.problem ?? {};
    this.errors = Array.isArray(this.problem.errors) ? this.problem.errors : [];
    this.requestId = details.requestId ?? null;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
  }
}
