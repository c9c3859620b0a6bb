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

/** What is known of an error when it is made. */
export type ErrorDetails =
  & Pick<ContinuumError, "code" | "detail">
  & Partial<
    Pick<
      ContinuumError,
      | "status"
      | "problem"
      | "requestId"
      | "retryable"
      | "retryAfterMs"
      | "outcomeUnknown"
      | "cause"
    >
  >;

/** A call that failed, after all retries. An aborted call throws its signal's reason instead. */
export class ContinuumError extends Error {
  override readonly name = "ContinuumError";
  /** Decide by this. */
  readonly code!: ErrorCode;
  /** A sentence for people. */
  readonly detail!: string;
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number = 0;
  /** The broken rules, if the code is `validation_failed`. */
  readonly errors: FieldError[];
  /** The whole problem, with members of its code such as `last_seq`. Empty if the answer was not a problem. */
  readonly problem: Record<string, unknown> = {};
  /** What to give to whoever runs the project. */
  readonly requestId: string | null = null;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean = false;
  /** How long the answer asked to wait before another try. */
  readonly retryAfterMs: number | null = null;
  /** Whether this call may have been carried out although it failed: its answer, or that of an earlier try, was lost. */
  outcomeUnknown: boolean = false;
  /** The key of a failed append, revision or rewind. The same call with this key is stored once. */
  idempotencyKey: string | null = null;

  constructor(details: ErrorDetails) {
    super(`${details.code}: ${details.detail}`);
    Object.assign(this, details);
    this.errors = (this.problem.errors as FieldError[] | undefined) ?? [];
  }
}
