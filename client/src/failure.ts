/** What an answer that is not the expected one means: its code, and whether another try makes sense. */
import { ContinuumError, type ErrorCode } from "./error.ts";

/** Temporary by their status alone: gateways and the platform (546: a worker's limit) say no more. */
function isTemporary(status: number): boolean {
  return status === 408 || status === 429 ||
    (status >= 500 && status !== 501 && status !== 505);
}

/** The error for an answer of any kind. Reads its body. */
export async function failureOf(response: Response): Promise<ContinuumError> {
  const { status, headers } = response;
  const text = await response.text().catch(() => "");
  const problem = isProblem(headers) ? objectIn(text) : {};
  const told = headers.get("x-should-retry");
  return new ContinuumError({
    code: (problem.code as ErrorCode) ?? codeOf(status),
    status,
    detail: typeof problem.detail === "string"
      ? problem.detail
      : `Answered ${status}: ${summary(text)}`,
    problem,
    requestId: headers.get("x-request-id") ??
      (typeof problem.request_id === "string" ? problem.request_id : null),
    retryable: told === null
      ? isTemporary(status) || response.ok
      : told === "true",
    // A refusal is no doubt: nothing was carried out.
    outcomeUnknown: status === 408 || status >= 500 || response.ok,
    retryAfterMs: retryAfter(headers.get("Retry-After")),
  });
}

/** The error for a request that got no answer, or only the beginning of one. */
export function networkFailure(cause: unknown): ContinuumError {
  return new ContinuumError({
    code: "network_error",
    detail: cause instanceof Error ? cause.message : String(cause),
    retryable: true,
    outcomeUnknown: true,
    cause,
  });
}

function isProblem(headers: Headers): boolean {
  return (headers.get("Content-Type") ?? "").startsWith(
    "application/problem+json",
  );
}

function codeOf(status: number): ErrorCode {
  if (status === 401) return "unauthenticated";
  if (status === 429) return "rate_limited";
  return status >= 500 ? "unavailable" : "unexpected_response";
}

function objectIn(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The beginning of a page or of another service's error, as one line. */
function summary(text: string): string {
  return text.replace(/<(style|script).*?<\/\1>|<[^>]*>/gs, " ")
    .replace(/\s+/g, " ").trim().slice(0, 200) || "no text";
}

/** Milliseconds of seconds or of an HTTP date (RFC 9110, section 10.2.3). */
function retryAfter(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\s*\d+\s*$/.test(header)
    ? Number(header) * 1000
    : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}
