/** The functions behind the gateway, and what a hosted one says of a function that fails. */
import type { Functions } from "../functions/serve.ts";
import { forward } from "./forward.ts";
import type { Service } from "./service.ts";

/** Passes on the path from the function's name on, as the edge runtime does. */
export function functionService(functions: Functions): Service {
  return async (request, below) => {
    const [, name = ""] = /^\/([^/?]*)/.exec(below) ?? [];
    if (!functions.names().includes(name)) {
      return failure(404, "NOT_FOUND", "Requested function was not found");
    }
    const target = await functions.target(name);
    if (target === null) {
      return failure(
        503,
        "BOOT_ERROR",
        "Function failed to start (please check logs)",
      );
    }
    try {
      return await forward(request, target + below);
    } catch {
      // The process ended in the middle, or the client did, who reads no answer.
      return failure(
        500,
        "WORKER_ERROR",
        "Function exited due to an error (please check logs)",
      );
    }
  };
}

/** https://supabase.com/docs/guides/functions/status-codes */
function failure(status: number, code: string, message: string): Response {
  return Response.json({ code, message }, { status });
}
