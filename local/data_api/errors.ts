/**
 * The errors that PostgREST itself raises, in its words.
 * https://docs.postgrest.org/en/v14/references/errors.html#errors-from-postgrest
 */

/** Status and message by code; `{}` is what the message is about. */
const CATALOGUE = {
  PGRST000: [503, "Database connection error. Retrying the connection."],
  PGRST001: [503, "Database client error. Retrying the connection."],
  PGRST002: [
    503,
    "Could not query the database for the schema cache. Retrying.",
  ],
  PGRST003: [504, "Timed out acquiring connection from connection pool."],
  PGRST101: [405, "Cannot use the {} method on RPC"],
  PGRST102: [400, "{}"],
  PGRST106: [406, "Invalid schema: {}"],
  PGRST107: [406, "None of these media types are available: {}"],
  PGRST111: [
    500,
    "response.headers guc must be a JSON array composed of objects with a single key and a string value",
  ],
  PGRST112: [500, "response.status guc must be a valid status code"],
  PGRST116: [406, "Cannot coerce the result to a single JSON object"],
  PGRST121: [
    500,
    "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error",
  ],
  PGRST122: [400, "Invalid preferences given with handling=strict"],
  PGRST124: [400, "Query result exceeds max-affected preference constraint"],
  PGRST125: [404, "Invalid path specified in request URL"],
  PGRST126: [404, "Root endpoint metadata is disabled"],
  PGRST127: [400, "Feature not implemented"],
  PGRST128: [
    400,
    "Function must return SETOF or TABLE when max-affected preference is used with handling=strict",
  ],
  PGRST202: [404, "Could not find the function {} in the schema cache"],
  PGRST203: [300, "Could not choose the best candidate function between: {}"],
  PGRST205: [404, "Could not find the table '{}' in the schema cache"],
  PGRSTX00: [500, "{}"],
} as const satisfies Record<string, [status: number, message: string]>;

export interface ErrorBody {
  code: string;
  message: string;
  details?: string | null;
  hint?: string | null;
}

/** An error with the response that tells the client about it. */
export class DataApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: ErrorBody,
    readonly headers: Record<string, string> = {},
  ) {
    super(body.message);
  }

  toResponse(): Response {
    const { code, details = null, hint = null, message } = this.body;
    const text = JSON.stringify({ code, details, hint, message });
    return new Response(hasNoBody(this.status) ? null : text, {
      status: this.status,
      headers: {
        "Content-Type": "application/json; charset=utf-8",
        ...(this.status === 401 && { "WWW-Authenticate": "Bearer" }),
        // The next request connects again.
        ...(/^PGRST00[012]$/.test(code) && { "Retry-After": "1" }),
        ...this.headers,
      },
    });
  }
}

/** Whether a response of this status cannot have a body. */
export function hasNoBody(status: number): boolean {
  return [204, 205, 304].includes(status);
}

/** Whether a function may respond with this status. */
export function isStatus(status: unknown): status is number {
  return Number.isInteger(status) && Number(status) >= 200 &&
    Number(status) <= 599;
}

export function pgrst(
  code: keyof typeof CATALOGUE,
  about = "",
  more: Pick<ErrorBody, "details" | "hint"> = {},
): DataApiError {
  const [status, message] = CATALOGUE[code];
  // By a function: a replacement text would have patterns of its own.
  const told = message.replace("{}", () => about);
  return new DataApiError(status, { code, message: told, ...more });
}

/** For what PostgREST can do and the local Data API cannot. */
export function notImplemented(what: string): DataApiError {
  const details = `The local Data API has no ${what}.`;
  return pgrst("PGRST127", "", { details });
}
