/**
 * Errors of PostgreSQL as PostgREST passes them on.
 * https://docs.postgrest.org/en/v14/references/errors.html#errors-from-postgresql
 */
import pg from "npm:pg@8.23.1";
import { DataApiError, type ErrorBody, isStatus, pgrst } from "./errors.ts";

/** The first pattern that fits a SQLSTATE gives its HTTP status; 400 if none does. */
const STATUS: [sqlstate: RegExp, status: number][] = [
  [/^08/, 503],
  [/^09/, 500],
  [/^0[LP]/, 403],
  [/^2350[35]/, 409],
  [/^25006/, 405],
  [/^21000/, 500],
  [/^25/, 500],
  [/^28/, 403],
  [/^2D/, 500],
  [/^3[89B]/, 500],
  [/^40/, 500],
  [/^53400/, 500],
  [/^53/, 503],
  [/^5[45]/, 500],
  [/^57P01/, 503],
  [/^5[78]/, 500],
  [/^F0/, 500],
  [/^HV/, 500],
  [/^P0001/, 400],
  [/^P0/, 500],
  [/^XX/, 500],
  [/^42883/, 404],
  [/^42P01/, 404],
  [/^42P17/, 500],
];

/** @param role whom the statement ran as: a visitor who lacks a privilege is asked to sign in. */
export function databaseError(error: unknown, role: string): DataApiError {
  if (error instanceof DataApiError) return error;
  if (!isDatabaseError(error)) return otherError(error);
  if (error.code === "PGRST") return raisedResponse(error);
  const { code, message, detail, hint } = error;
  const status = statusOf(code, message, role);
  return new DataApiError(status, { code, message, details: detail, hint });
}

/** A mistake of ours: sessions say themselves that their connection was lost. */
function otherError(error: unknown): DataApiError {
  console.error(error);
  return pgrst("PGRSTX00", String(error));
}

/** What PostgreSQL says of a statement that it has refused. */
interface DatabaseError extends Error {
  code: string;
  detail?: string;
  hint?: string;
}

function isDatabaseError(error: unknown): error is DatabaseError {
  return error instanceof pg.DatabaseError;
}

function statusOf(sqlstate: string, message: string, role: string): number {
  if (sqlstate === "42501") return role === "anon" ? 401 : 403;
  // The role of a token that does not exist.
  if (sqlstate === "22023" && /^role .* does not exist$/.test(message)) {
    return 401;
  }
  if (sqlstate.startsWith("PT")) {
    const status = Number(sqlstate.slice(2));
    return isStatus(status) ? status : 500;
  }
  return STATUS.find(([pattern]) => pattern.test(sqlstate))?.[1] ?? 400;
}

/** `raise sqlstate 'PGRST'`: the function has written the whole response, as JSON. */
function raisedResponse({ message, detail }: DatabaseError): DataApiError {
  const body = objectIn(message);
  if (typeof body?.code !== "string" || typeof body.message !== "string") {
    return unparsed(
      `Invalid JSON value for MESSAGE: '${message}'`,
      "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'.",
    );
  }
  const response = objectIn(detail ?? "");
  const headers = headersIn(response?.headers);
  if (!isStatus(response?.status) || headers === null) {
    return unparsed(
      detail === undefined
        ? "DETAIL is missing in the RAISE statement"
        : `Invalid JSON value for DETAIL: '${detail}'`,
      "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.",
    );
  }
  const text = (value: unknown) => typeof value === "string" ? value : null;
  const answer: ErrorBody = {
    code: body.code,
    message: body.message,
    details: text(body.details),
    hint: text(body.hint),
  };
  return new DataApiError(response.status, answer, headers);
}

/** Null unless `value` is an object of headers. */
function headersIn(value: unknown): Record<string, string> | null {
  if (!isRecord(value)) return null;
  try {
    const pairs = Object.entries(value).map((
      [name, text],
    ): [string, string] => [
      name,
      String(text),
    ]);
    return Object.fromEntries(new Headers(pairs));
  } catch {
    return null;
  }
}

function unparsed(details: string, hint: string): DataApiError {
  return pgrst("PGRST121", "", { details, hint });
}

function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
