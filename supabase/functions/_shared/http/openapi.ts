/** The OpenAPI side of a route: what follows from its kind, and error responses as shared components. */
import { z } from "@hono/zod-openapi";
import { catalogue, type ProblemCode } from "../problems/catalogue.ts";

const codes = Object.keys(catalogue) as [ProblemCode, ...ProblemCode[]];

/** RFC 9457 problem details. */
export const ProblemDetails = z.object({
  type: z.string().openapi({ example: "urn:continuum:problem:not_found" }),
  title: z.string().openapi({ example: "Not found." }),
  status: z.int().openapi({ example: 404 }),
  detail: z.string().openapi({ example: "Not found." }),
  code: z.enum(codes).openapi({ example: "not_found" }),
  request_id: z.string().openapi({
    example: "0b7f7d2e-4d4c-4a39-9d8a-0d5f3a1c2b3d",
  }),
  errors: z.array(z.object({
    pointer: z.string().openapi({ description: "An RFC 6901 JSON pointer." }),
    detail: z.string(),
  })).optional(),
}).openapi("Problem");

/** The responses of a route that may fail with `failures`, by status. */
export function problemResponses(failures: ProblemCode[]) {
  const byStatus = Object.groupBy(
    [...new Set(failures)],
    (code) => String(catalogue[code].status),
  );
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, group]) => [status, {
      description: (group ?? []).sort().map((code) =>
        `\`${code}\`: ${catalogue[code].title}`
      ).join(" "),
      content: { "application/problem+json": { schema: ProblemDetails } },
    }]),
  );
}
