/** Maps failed responses of the Storage API to problems. */
import type { ProblemCode } from "./catalogue.ts";
import { Problem } from "./problem.ts";

/** The body of a Storage error. Most have HTTP status 400, and the real status in `statusCode`. */
interface StorageFault {
  status: number;
  error: string;
}

/**
 * The problem for a failed response, chosen by its body and not by its HTTP status. Consumes the body.
 *
 * @param known the problems for statuses that have a meaning in this request.
 */
export async function storageProblem(
  response: Response,
  known: Partial<Record<number, ProblemCode>> = {},
): Promise<Problem> {
  const fault = await faultOf(response);
  const cause = {
    name: "StorageError",
    code: `${fault.status} ${fault.error}`,
  };
  const code = known[fault.status];
  if (code !== undefined) return new Problem(code, { cause });
  if (fault.status === 429) {
    return new Problem("rate_limited", { cause });
  }
  if (fault.status >= 500) {
    return new Problem("unavailable", { detail: "Storage failed.", cause });
  }
  return new Problem("internal", { cause });
}

async function faultOf(response: Response): Promise<StorageFault> {
  const text = await response.text().catch(() => "");
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null) {
      const code = "statusCode" in body
        ? Number(body.statusCode)
        : response.status;
      const error = "error" in body && typeof body.error === "string"
        ? body.error
        : "";
      return { status: Number.isInteger(code) ? code : response.status, error };
    }
  } catch {
    // Not JSON: the response is not from Storage but, for example, a gateway's HTML page.
  }
  return { status: Math.max(response.status, 500), error: "not JSON" };
}
