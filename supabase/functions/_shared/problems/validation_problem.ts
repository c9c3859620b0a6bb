/** Maps what zod finds to the `errors[]` of a problem. */
import type { z } from "@hono/zod-openapi";
import { type FieldError, Problem } from "./problem.ts";

/** How many errors a problem lists: enough to fix a request, too few to repeat a hostile body. */
const MAX_ERRORS = 20;

/** The problem for the issues that zod found. */
export function validationProblem(
  issues: readonly z.core.$ZodIssue[],
): Problem {
  const errors = issues.flatMap(fieldErrors).slice(0, MAX_ERRORS);
  return new Problem("validation_failed", {
    detail: errors[0]?.detail,
    errors,
  });
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, MAX_ERRORS).map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      detail: "This field does not exist.",
    }));
  }
  return [{ pointer: pointerTo(issue.path), detail: issue.message }];
}

/** An RFC 6901 JSON pointer. */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path
    .map((key) => "/" + String(key).replaceAll("~", "~0").replaceAll("/", "~1"))
    .join("");
}
