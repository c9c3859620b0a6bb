/** What an answer that is not the expected one means: its code, and whether another try makes sense. */
import { ContinuumError, type ErrorCode } from "./error.ts";

/** Temporary by their status alone: gateways and the platform (546: a worker's limit) say no more. */
function isTemporary(status: number): boolean {
  return status === 408 || status === 429 ||
    (status >= 500 && status !== 501);
}

/** The error for an answer of any kind. Reads its body. */
export async function failureOf(response: Response): Promise<ContinuumError> {
  const { status, headers } = response;
  const text = await response.text().catch(() => "");
  const problem = problemIn(headers, text);
  const told = headers.get("x-should-retry");
  return new ContinuumError({
    code: (problem.code as ErrorCode) ?? codeOf(status),
    status,
    detail: (problem.detail as string) ??
      `Answered ${status}: ${summary(text)}`,
    problem,
    requestId: headers.get("x-request-id"),
    retryable: told === null
      ? isTemporary(status) || response.ok
      : told === "true",
    // A refusal is no doubt: nothing was carried out.
    outcomeUnknown: status === 408 || status >= 500 || response.ok,
    retryAfterMs: retryAfter(headers.get("Retry-After")),
  });
}

/**
 * The answer, if it has a media type like that. What stands between here and the API may answer 200 with a page.
 *
 * @throws {ContinuumError} `unexpected_response`
 */
export async function ofType(
  response: Response,
  type: RegExp,
): Promise<Response> {
  if (!type.test(response.headers.get("Content-Type") ?? "")) {
    throw await failureOf(response);
  }
  return response;
}

/** The error for a request that got no answer, or only the beginning of one. */
export function networkFailure(cause: unknown): ContinuumError {
  return new ContinuumError({
    code: "network_error",
    detail: String(cause),
    retryable: true,
    outcomeUnknown: true,
    cause,
  });
}

/** The members of a problem; none of anything else. */
function problemIn(headers: Headers, text: string): Record<string, unknown> {
  if (!/problem\+json/.test(headers.get("Content-Type") ?? "")) return {};
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

function codeOf(status: number): ErrorCode {
  if (status === 401) return "unauthenticated";
  if (status === 429) return "rate_limited";
  return status >= 500 ? "unavailable" : "unexpected_response";
}

/** The beginning of a page or of another service's error, as one line. */
function summary(text: string): string {
  return text.replace(/<(style|script).*?<\/\1>|<[^>]*>/gs, " ")
    .replace(/\s+/g, " ").trim().slice(0, 200) || "no text";
}

/** Milliseconds of seconds or of an HTTP date to come (RFC 9110, section 10.2.3). */
function retryAfter(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\s*\d+\s*$/.test(header)
    ? Number(header) * 1000
    : Date.parse(header) - Date.now();
  return ms >= 0 ? ms : null;
}
