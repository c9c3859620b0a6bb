/** Requests to the other functions of the project, as the caller. They alone move the bytes of files. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { projectUrl } from "../_shared/platform/environment.ts";
import type { Env, FunctionName } from "../_shared/platform/env.ts";
import { isProblemCode } from "../_shared/problems/catalogue.ts";
import { Problem } from "../_shared/problems/problem.ts";

/** How many milliseconds another function may take. */
const TIMEOUT_MS = 30_000;

const ProblemBody = z.looseObject({
  code: z.string().refine(isProblemCode),
  detail: z.string(),
});

/** What {@link ProblemBody} has that the caller's own problem gets anew. */
const OWN_MEMBERS = new Set([
  "type",
  "title",
  "status",
  "instance",
  "request_id",
]);

interface SiblingRequest {
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
}

/**
 * The response of another function to a request of the caller's, if it succeeded.
 *
 * @throws {Problem} that of the other function; `unavailable` if it did not answer as one does.
 */
export async function askFunction(
  c: Context<Env>,
  name: FunctionName,
  path: string,
  { headers, ...init }: SiblingRequest = {},
): Promise<Response> {
  const url = `${projectUrl()}/functions/v1/${name}${path}`;
  let response: Response;
  try {
    response = await fetch(url, {
      ...init,
      headers: {
        ...c.var.credentials,
        // One id for both lines of the log.
        "x-request-id": c.var.requestId,
        ...headers,
      },
      signal: AbortSignal.any([
        AbortSignal.timeout(TIMEOUT_MS),
        c.req.raw.signal,
      ]),
    });
  } catch (cause) {
    throw new Problem("unavailable", { cause });
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response: Response): Promise<Problem> {
  const { success, data } = ProblemBody.safeParse(
    await response.json().catch(() => null),
  );
  // The platform's own failures, such as a function that does not start, are not problem documents.
  if (!success) return new Problem("unavailable");
  const { code, ...rest } = data;
  return new Problem(
    code,
    Object.fromEntries(
      Object.entries(rest).filter(([name]) => !OWN_MEMBERS.has(name)),
    ),
  );
}
