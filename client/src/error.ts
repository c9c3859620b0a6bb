/** The error that all failed calls throw. */
import type { FieldError, ProblemCode } from "./types.ts";

/**
 * What went wrong: a code of the API, or one of these if there was no response from the API:
 *
 * - `network_error`: no response, or one that was cut
 * - `timeout`: no response within the time limit
 * - `unexpected_response`: a response that is not the API's, such as a gateway's error page
 * - `incomplete`: a stream that ended early
 */
export type ErrorCode =
  | ProblemCode
  | "network_error"
  | "timeout"
  | "unexpected_response"
  | "incomplete";

/** The properties that an error can be created with. */
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

/** Thrown if a call has failed, retries included. An aborted call throws its signal's reason instead. */
export class ContinuumError extends Error {
  override readonly name = "ContinuumError";
  /** What went wrong, for programs. */
  readonly code!: ErrorCode;
  /** What went wrong, in a sentence for people. */
  readonly detail!: string;
  /** The HTTP status; 0 if there was no response. */
  readonly status: number = 0;
  /** Each rule that the request has broken, if the code is `validation_failed`. */
  readonly errors: FieldError[];
  /** The problem details of the response, which may have more members, such as `last_seq`. Empty if there are none. */
  readonly problem: Record<string, unknown> = {};
  /** Identifies the request in the project's logs. */
  readonly requestId: string | null = null;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean = false;
  /** How long the server asks to wait before another try. */
  readonly retryAfterMs: number | null = null;
  /** Whether the call may have taken effect although it failed: the response of one of its tries was lost. */
  outcomeUnknown: boolean = false;
  /** The key of a failed append, revision or rewind. Pass it to repeat the call without storing anything twice. */
  idempotencyKey: string | null = null;

  constructor(details: ErrorDetails) {
    super(`${details.code}: ${details.detail}`);
    Object.assign(this, details);
    this.errors = (this.problem.errors as FieldError[] | undefined) ?? [];
  }
}
