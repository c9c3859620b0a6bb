/** What the Storage API answers when it fails, as problems of this API. */
import type { ProblemCode } from "./catalogue.ts";
import { Problem } from "./problem.ts";

/** What a Storage error body says; most come as HTTP 400 with the real status in `statusCode`. */
interface StorageFault {
  status: number;
  error: string;
}

/**
 * The problem that a failed answer stands for, by its body and not by its HTTP status.
 * Consumes the body.
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
    // Not JSON: something before Storage answered, such as a gateway with a page of HTML.
  }
  return { status: Math.max(response.status, 500), error: "not JSON" };
}
