/** The OpenAPI side of what every route shares: problems as components, and conditional requests. */
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Env } from "../platform/env.ts";
import { catalogue, type ProblemCode } from "../problems/catalogue.ts";
import { headersFor, problemBody, renderError } from "../problems/render.ts";

type Registry = OpenAPIHono["openAPIRegistry"];

const codes = Object.keys(catalogue) as [ProblemCode, ...ProblemCode[]];

const REQUEST_ID = "0b7f7d2e-4d4c-4a39-9d8a-0d5f3a1c2b3d";

/** RFC 9457 problem details. */
export const ProblemDetails = z.object({
  type: z.string().openapi({ example: "urn:continuum:problem:not_found" }),
  title: z.string().openapi({
    description: "The same for every problem with this code.",
  }),
  status: z.int(),
  detail: z.string().openapi({
    description: "What is wrong with this request, in a sentence.",
  }),
  code: z.enum(codes),
  request_id: z.string().openapi({ example: REQUEST_ID }),
  errors: z.array(z.object({
    pointer: z.string().openapi({
      description:
        "An RFC 6901 JSON pointer into the body, or to a parameter or header.",
      example: "/messages/0/content",
    }),
    detail: z.string().openapi({ example: "Must be at most 1 MiB of UTF-8." }),
  })).optional(),
}).openapi("Problem", {
  description: "RFC 9457 problem details. A code may add members of its own.",
});

/** Descriptions of the headers that problems have. */
const HEADERS: Record<string, string> = {
  "Retry-After": "Seconds to wait before the same request is sent again.",
  "RateLimit":
    "What is left of the rate limit, if there is one (draft-ietf-httpapi-ratelimit-headers).",
  "RateLimit-Policy": "The rate limit, if there is one.",
  "WWW-Authenticate": "The challenge of RFC 6750.",
  "x-should-retry": "Whether the same request may succeed later.",
};

/** How an API words its failures. A front has the format of its protocol. */
export interface FailureFormat {
  /** The response to any thrown value. */
  render(thrown: unknown, c: Context<Env>): Response;
  statusOf(code: ProblemCode): number;
  mediaType: string;
  /** The schema of a body, and its name among the components. */
  schema: z.ZodObject;
  schemaName: string;
  /** The body of a failure about which there is nothing particular to say. */
  example(code: ProblemCode): object;
}

/** RFC 9457, the format of the API itself. */
export const problemDetails: FailureFormat = {
  render: renderError,
  statusOf: (code) => catalogue[code].status,
  mediaType: "application/problem+json",
  schema: ProblemDetails,
  schemaName: "Problem",
  example: (code) =>
    problemBody(
      { code, detail: catalogue[code].title, extension: {} },
      REQUEST_ID,
    ),
};

/**
 * The responses of a route that may fail with `failures`, by status. They are references to components, one for
 * each group of codes that share a status.
 */
export function failureResponses(
  registry: Registry,
  failures: ProblemCode[],
  format: FailureFormat,
) {
  const byStatus = Map.groupBy(
    [...new Set(failures)].sort(),
    format.statusOf,
  );
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      registry.registerComponent(
        "responses",
        group.map(pascalCase).join("Or"),
        componentOf(group, format),
      ).ref,
    ]),
  );
}

function componentOf(group: ProblemCode[], format: FailureFormat) {
  const headers = new Set([
    ...group.flatMap((code) => Object.keys(headersFor(code))),
    ...(group.includes("rate_limited")
      ? ["RateLimit", "RateLimit-Policy"]
      : []),
  ]);
  return {
    description: group.map((code) => `\`${code}\`: ${catalogue[code].title}`)
      .join(" "),
    headers: Object.fromEntries(
      [...headers].sort().map((name) => [name, {
        description: HEADERS[name],
        schema: { type: "string" as const },
      }]),
    ),
    content: {
      [format.mediaType]: {
        schema: { $ref: `#/components/schemas/${format.schemaName}` },
        examples: Object.fromEntries(
          group.map((code) => [code, { value: format.example(code) }]),
        ),
      },
    },
  };
}

function pascalCase(code: string): string {
  return code.replaceAll(
    /(?:^|_)(\w)/g,
    (_, letter: string) => letter.toUpperCase(),
  );
}

/** The request header and the response that a conditional route adds. */
export const ifNoneMatch = z.object({
  "if-none-match": z.string().optional().openapi({
    description: "ETags of answers that you already have.",
  }),
});

export const conditionalResponse = {
  304: { description: "If-None-Match names the current answer." },
};
