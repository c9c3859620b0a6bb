/** What the Data API answers when it fails, as problems of this API. */
import type {
  PostgrestError,
  PostgrestSingleResponse,
} from "@supabase/supabase-js";
import { type Extension, isProblemCode, Problem } from "./errors.ts";

/** The SQLSTATE that `private.raise_problem` raises with a code of the catalogue as message. */
const PROBLEM_RAISED = "PT400";

/**
 * A check constraint. The schemas refuse what they can see; some JSON takes more room in the
 * database than on the wire.
 */
const CHECK_VIOLATION = "23514";

/**
 * SQLSTATEs that pass by themselves: connection lost (08, 57P), out of resources (53), cancelled
 * by a timeout (57014, 55P03), and serialization or deadlock (40).
 * https://www.postgresql.org/docs/17/errcodes-appendix.html
 */
const TRANSIENT_SQLSTATE = /^(08...|53...|57P..|57014|55P03|40001|40P01)$/;

/** PostgREST could not reach the database, or waited too long for a connection. */
const POSTGREST_UNREACHABLE = /^PGRST00[0-3]$/;

/** PostgREST refused the token: malformed, or of a role that it does not know. */
const POSTGREST_TOKEN = /^PGRST30[0-3]$/;

/**
 * The data of a Data API call.
 *
 * @throws {Problem} what the database raised, `unavailable`, `rate_limited`, or `internal`.
 */
export async function databaseAnswer<T>(
  query: PromiseLike<PostgrestSingleResponse<T>>,
): Promise<T> {
  const { data, error, status } = await query;
  if (error) throw problemFrom(error, status);
  return data;
}

/** Maps a failed answer; `status` is 0 when there was no answer at all. */
export function problemFrom(error: PostgrestError, status: number): Problem {
  const cause = { cause: error };
  if (error.code === PROBLEM_RAISED && isProblemCode(error.message)) {
    return new Problem(
      error.message,
      undefined,
      extensionOf(error.details),
      cause,
    );
  }
  if (error.code === CHECK_VIOLATION) {
    const detail = "The database cannot hold it: something is too large.";
    // Which field it was, a constraint does not tell: the pointer is that of the whole.
    const errors = [{ pointer: "", detail }];
    return new Problem("validation_failed", detail, { errors }, cause);
  }
  if (POSTGREST_TOKEN.test(error.code ?? "")) {
    return new Problem("invalid_token", undefined, {}, cause);
  }
  if (status === 429) return new Problem("rate_limited", undefined, {}, cause);
  if (isTransient(error.code ?? "", status)) {
    return new Problem("unavailable", undefined, {}, cause);
  }
  return new Problem("internal", undefined, {}, cause);
}

function isTransient(code: string, status: number): boolean {
  return status === 0 || [502, 503, 504, 520, 521, 522, 544].includes(status) ||
    TRANSIENT_SQLSTATE.test(code) || POSTGREST_UNREACHABLE.test(code);
}

/** `raise_problem` sends the extension as the error's DETAIL, in JSON. */
function extensionOf(details: string | null): Extension {
  const parsed: unknown = JSON.parse(details ?? "{}");
  return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
}
