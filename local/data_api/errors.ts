/**
 * The errors that PostgREST itself raises, in its words.
 * https://docs.postgrest.org/en/v14/references/errors.html#errors-from-postgrest
 */

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
    return new Response(text, {
      status: this.status,
      headers: {
        "Content-Type": "application/json; charset=utf-8",
        ...(this.status === 401 && { "WWW-Authenticate": "Bearer" }),
        ...this.headers,
      },
    });
  }
}

function raise(
  status: number,
  code: string,
  message: string,
  more: Pick<ErrorBody, "details" | "hint"> = {},
): DataApiError {
  return new DataApiError(status, { code, message, ...more });
}

/** The next attempt to connect is made by the next request. */
function unreachable(code: string, message: string, details?: string) {
  return new DataApiError(503, { code, message, details }, {
    "Retry-After": "1",
  });
}

export const errors = {
  noConnection: (details: string) =>
    unreachable(
      "PGRST000",
      "Database connection error. Retrying the connection.",
      details,
    ),
  lostConnection: (details: string) =>
    unreachable(
      "PGRST001",
      "Database client error. Retrying the connection.",
      details,
    ),
  noSchemaCache: () =>
    unreachable(
      "PGRST002",
      "Could not query the database for the schema cache. Retrying.",
    ),
  noFreeConnection: () =>
    raise(
      504,
      "PGRST003",
      "Timed out acquiring connection from connection pool.",
    ),
  rpcMethod: (method: string) =>
    raise(405, "PGRST101", `Cannot use the ${method} method on RPC`),
  invalidBody: (message: string) => raise(400, "PGRST102", message),
  unknownSchema: (name: string, exposed: string) =>
    raise(406, "PGRST106", `Invalid schema: ${name}`, {
      hint: `Only the following schemas are exposed: ${exposed}`,
    }),
  mediaType: (accepted: string[]) =>
    raise(
      406,
      "PGRST107",
      `None of these media types are available: ${accepted.join(", ")}`,
    ),
  responseHeaders: () =>
    raise(
      500,
      "PGRST111",
      "response.headers guc must be a JSON array composed of objects with a single key and a string value",
    ),
  responseStatus: () =>
    raise(500, "PGRST112", "response.status guc must be a valid status code"),
  notSingular: (rows: number) =>
    raise(406, "PGRST116", "Cannot coerce the result to a single JSON object", {
      details: `The result contains ${rows} rows`,
    }),
  method: (method: string) =>
    raise(405, "PGRST117", `Unsupported HTTP method: ${method}`),
  unparsedRaise: (details: string, hint: string) =>
    raise(
      500,
      "PGRST121",
      "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error",
      { details, hint },
    ),
  preferences: (invalid: string[]) =>
    raise(400, "PGRST122", "Invalid preferences given with handling=strict", {
      details: `Invalid preferences: ${invalid.join(", ")}`,
    }),
  maxAffected: (rows: number) =>
    raise(
      400,
      "PGRST124",
      "Query result exceeds max-affected preference constraint",
      { details: `The query affects ${rows} rows` },
    ),
  path: () => raise(404, "PGRST125", "Invalid path specified in request URL"),
  /** What PostgREST can do and the local Data API cannot. */
  notImplemented: (what: string) =>
    raise(400, "PGRST127", "Feature not implemented", {
      details: `The local Data API has no ${what}.`,
    }),
  maxAffectedOfOne: () =>
    raise(
      400,
      "PGRST128",
      "Function must return SETOF or TABLE when max-affected preference is used with handling=strict",
    ),
  noFunction: (
    message: string,
    details: string,
    hint: string | null,
  ) => raise(404, "PGRST202", message, { details, hint }),
  ambiguousFunction: (candidates: string[]) =>
    raise(
      300,
      "PGRST203",
      `Could not choose the best candidate function between: ${
        candidates.join(", ")
      }`,
      {
        hint:
          "Try renaming the parameters or the function itself in the database so function overloading can be resolved",
      },
    ),
  noTable: (name: string, hint: string | null) =>
    raise(
      404,
      "PGRST205",
      `Could not find the table '${name}' in the schema cache`,
      {
        hint,
      },
    ),
};
