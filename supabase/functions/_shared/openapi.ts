/** Pieces of OpenAPI that routes share: the problem schema and the security scheme. */
import { z } from "@hono/zod-openapi";
import { catalogue, type ProblemCode } from "./errors.ts";

const codes = Object.keys(catalogue) as [ProblemCode, ...ProblemCode[]];

/** RFC 9457 problem details. */
export const ProblemDetails = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(codes),
  request_id: z.string(),
  errors: z.array(z.object({
    pointer: z.string().openapi({ description: "An RFC 6901 JSON pointer." }),
    detail: z.string(),
  })).optional(),
}).openapi("Problem");

/** The responses of a route that may fail with `failures`, by status. */
export function problems(...failures: ProblemCode[]) {
  const byStatus = Object.groupBy(
    failures,
    (code) => String(catalogue[code].status),
  );
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, group]) => [status, {
      description: (group ?? []).map((code) =>
        `${code}: ${catalogue[code].title}`
      ).join(" "),
      content: { "application/problem+json": { schema: ProblemDetails } },
    }]),
  );
}

/** What any route of a signed-in user may answer besides its own failures. */
export const userProblems = [
  "unauthenticated",
  "invalid_token",
  "not_acceptable",
  "validation_failed",
  "rate_limited",
  "internal",
  "unavailable",
] as const;

/** The security requirement of routes behind `requireUser`. */
export const userSecurity = [{ user: [], publishable: [] }];

/** The security requirement of routes behind `requireSecret`. */
export const secretSecurity = [{ secret: [] }];

/** What any route of maintenance may answer besides its own failures. */
export const secretProblems = [
  "unauthenticated",
  "validation_failed",
  "malformed_request",
  "body_too_large",
  "unsupported_media_type",
  "rate_limited",
  "internal",
  "unavailable",
] as const;
