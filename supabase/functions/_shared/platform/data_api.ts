/**
 * Requests to the Data API, which calls SQL functions by name. postgrest-js would make several objects for each of
 * them, and parse answers of megabytes that are only passed on.
 */
import { responseBytes } from "../http/response_bytes.ts";
import type { Bytes } from "../http/bytes.ts";
import type { Credentials } from "./credentials.ts";

/** Who calls, which Data API, and how long a call may take. */
export interface Db {
  /** The project's or the replica's URL. */
  url: string;
  credentials: Credentials;
  timeoutMs: number;
  /** Is told how many milliseconds each call took. */
  report: (ms: number) => void;
}

/** An error as PostgREST words it. Its members are missing if the response came from elsewhere. */
export interface DataApiError {
  message: string;
  code?: string | null;
  details?: string | null;
  hint?: string | null;
}

/** `status` is 0 if there was no complete response. */
export type DataApiAnswer =
  | { body: Bytes; error: null; status: number }
  | { body: null; error: DataApiError; status: number };

type Arguments = Record<string, unknown>;

/** Calls a SQL function by POST. Does not throw. */
export function post(
  db: Db,
  name: string,
  args: Arguments,
): Promise<DataApiAnswer> {
  return send(db, `rpc/${name}`, {
    method: "POST",
    headers: {
      ...db.credentials,
      "Accept": "application/json",
      "Content-Type": "application/json",
    },
    body: JSON.stringify(args),
  });
}

/** Calls a SQL function by GET: in a transaction that can only read. Does not throw. */
export function get(
  db: Db,
  name: string,
  args: Arguments,
): Promise<DataApiAnswer> {
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(
    given.map(([key, value]) => [key, String(value)]),
  );
  return send(db, `rpc/${name}?${query}`, {
    headers: { ...db.credentials, "Accept": "application/json" },
  });
}

async function send(
  { url, timeoutMs, report }: Db,
  path: string,
  init: RequestInit,
): Promise<DataApiAnswer> {
  const startedAt = performance.now();
  // Not AbortSignal.timeout, whose timer would outlive each call by seconds, and keep what it read.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  try {
    const response = await fetch(`${url}/rest/v1/${path}`, {
      ...init,
      signal: late.signal,
    });
    const body = await responseBytes(response);
    const { ok, status } = response;
    return ok
      ? { body, error: null, status }
      : { body: null, error: errorIn(body), status };
  } catch (error) {
    return { body: null, error: { message: String(error) }, status: 0 };
  } finally {
    clearTimeout(timer);
    report(performance.now() - startedAt);
  }
}

/** The text is the message if it is not an error of PostgREST's, but for example a gateway's HTML page. */
function errorIn(body: Bytes): DataApiError {
  const text = new TextDecoder().decode(body);
  try {
    const error: unknown = JSON.parse(text);
    if (typeof error === "object" && error !== null) {
      return { message: "", ...error };
    }
  } catch {
    // Not JSON.
  }
  return { message: text };
}
