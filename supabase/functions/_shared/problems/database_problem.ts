/** Maps errors of the Data API to problems. */
import type { DataApiError } from "../platform/data_api.ts";
import { isProblemCode } from "./catalogue.ts";
import { Problem, type ProblemOptions } from "./problem.ts";

/** The SQLSTATE of `continuum.raise_problem`, whose message is a code of the catalogue. */
const PROBLEM_RAISED = "PT400";

/** A check constraint. The schemas catch most cases, but some JSON is larger in the database than on the wire. */
const CHECK_VIOLATION = "23514";

/**
 * A value that PostgreSQL cannot read: U+0000 in text (22021, 22P05), a number or a time out of its range (22003,
 * 22007 to 22009). Schemas refuse most of them before, with a pointer.
 */
const UNREADABLE_VALUE = /^22(021|P05|003|007|008|009)$/;

/** A foreign key: the row that is referred to was deleted a moment ago. */
const FOREIGN_KEY_VIOLATION = "23503";

/** A policy: the caller lost access a moment ago. */
const INSUFFICIENT_PRIVILEGE = "42501";

/**
 * SQLSTATEs of temporary conditions: connection lost (08, 57P), out of resources (53), cancelled by a timeout
 * (57014, 55P03), serialization failure or deadlock (40).
 * https://www.postgresql.org/docs/17/errcodes-appendix.html
 */
const TRANSIENT_SQLSTATE = /^(08...|53...|57P..|57014|55P03|40001|40P01)$/;

/**
 * PostgREST could not reach the database or waited too long for a connection (PGRST000 to 003), or has not yet
 * loaded the schema that a migration has just changed (PGRST202).
 */
const POSTGREST_TRANSIENT = /^PGRST(00[0-3]|202)$/;

/** PostgREST refused the token: it is malformed, or its role does not exist. */
const POSTGREST_TOKEN = /^PGRST30[0-3]$/;

/** The problem for an error. `status` is 0 if there was no response. */
export function databaseProblem(
  error: DataApiError,
  status: number,
): Problem {
  const code = error.code ?? "";
  const cause = error;
  if (code === PROBLEM_RAISED && isProblemCode(error.message)) {
    return new Problem(error.message, { ...extensionOf(error.details), cause });
  }
  if (code === CHECK_VIOLATION) {
    const detail = "A value is too large to be stored.";
    // A constraint does not name the field, so the pointer is to the whole body.
    return new Problem("validation_failed", {
      detail,
      errors: [{ pointer: "", detail }],
      cause,
    });
  }
  if (UNREADABLE_VALUE.test(code)) {
    const detail =
      "A value holds U+0000, or is a number or a time out of range.";
    return new Problem("validation_failed", {
      detail,
      errors: [{ pointer: "", detail }],
      cause,
    });
  }
  if (code === FOREIGN_KEY_VIOLATION) return goneProblem(error);
  if (code === INSUFFICIENT_PRIVILEGE) {
    return new Problem("not_found", { cause });
  }
  if (POSTGREST_TOKEN.test(code)) {
    return new Problem("invalid_token", { cause });
  }
  if (status === 429) return new Problem("rate_limited", { cause });
  if (isTransient(code, status)) return new Problem("unavailable", { cause });
  return new Problem("internal", { cause });
}

/** Decides by the constraint's name in PostgreSQL's message: an account, a file, or anything else is gone. */
function goneProblem(cause: DataApiError): Problem {
  if (/_(owner_id|author_id|attached_by|invited_by)_fkey/.test(cause.message)) {
    return new Problem("invalid_token", { cause });
  }
  return /_file_id_fkey/.test(cause.message)
    ? new Problem("unknown_file", { cause })
    : new Problem("not_found", { cause });
}

function isTransient(code: string, status: number): boolean {
  return status === 0 || [502, 503, 504, 520, 521, 522, 544].includes(status) ||
    TRANSIENT_SQLSTATE.test(code) || POSTGREST_TRANSIENT.test(code);
}

/** The members that `raise_problem` adds to a problem, as JSON in the error's DETAIL. */
function extensionOf(details: string | null | undefined): ProblemOptions {
  const parsed: unknown = JSON.parse(details ?? "{}");
  const extension: ProblemOptions =
    typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  return extension.errors?.[0]
    ? { detail: extension.errors[0].detail, ...extension }
    : extension;
}
