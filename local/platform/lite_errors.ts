/** Errors of PostgreSQL as PostgREST reports them, where lite has only "500 SUP" for them. */

/** SQLSTATEs that lite maps as PostgREST does; the others are ours to map. */
const MAPPED_BY_LITE = /^(21|22|42|23502|23503|23505|25006|PT|PGRST)/;

/** https://docs.postgrest.org/en/v13/references/errors.html#http-status-codes */
const STATUS: [RegExp, number][] = [
  [/^08/, 503],
  [/^(0L|0P|28)/, 403],
  [/^23/, 400],
  [/^53400/, 500],
  [/^53/, 503],
  [/^54/, 413],
  [/^57P01/, 503],
  [/^P0001/, 400],
  [/^(25|2D|38|39|3B|40|55|57|58|F0|HV|P0|XX)/, 500],
];

interface DatabaseError {
  code: string;
  message: string;
  detail?: string;
  hint?: string;
}

/** Rewrites an error into the form that lite passes on word for word, status included. */
export function passOnSqlState(error: unknown): unknown {
  const found = databaseError(error);
  if (found === null || MAPPED_BY_LITE.test(found.code)) return error;
  const status = STATUS.find(([pattern]) => pattern.test(found.code))?.[1] ??
    400;
  return {
    code: "PGRST",
    message: JSON.stringify({
      code: found.code,
      message: found.message,
      details: found.detail ?? null,
      hint: found.hint ?? null,
    }),
    detail: JSON.stringify({ status, headers: {} }),
  };
}

function databaseError(error: unknown): DatabaseError | null {
  for (
    const candidate of [error, error instanceof Error ? error.cause : null]
  ) {
    if (isDatabaseError(candidate)) return candidate;
  }
  return null;
}

function isDatabaseError(error: unknown): error is DatabaseError {
  return typeof error === "object" && error !== null && "code" in error &&
    typeof error.code === "string" && /^[0-9A-Z]{5}$/.test(error.code) &&
    "message" in error;
}
