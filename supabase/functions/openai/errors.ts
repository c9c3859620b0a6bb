/** Failures in OpenAI's format, from which its clients choose the class of an exception. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { FailureFormat } from "../_shared/http/openapi.ts";
import type { Env } from "../_shared/platform/env.ts";
import { catalogue, type ProblemCode } from "../_shared/problems/catalogue.ts";
import type { Problem } from "../_shared/problems/problem.ts";
import { headersFor, reportedProblem } from "../_shared/problems/render.ts";

/** OpenAI answers these with 400. What is not listed keeps its status. */
const BAD_REQUEST: ReadonlySet<ProblemCode> = new Set([
  "validation_failed",
  "unknown_file",
  "idempotency_mismatch",
  "type_mismatch",
]);

export const ErrorAnswer = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    type: z.enum(["invalid_request_error", "rate_limit_error", "server_error"]),
    param: z.string().nullable().openapi({
      description: "The parameter that is wrong, such as `items[0].role`.",
    }),
    code: z.enum(
      Object.keys(catalogue) as [ProblemCode, ...ProblemCode[]],
    ),
  }),
}).openapi("Error");

/** The response to any thrown value. */
function renderError(thrown: unknown, c: Context<Env>): Response {
  const problem = reportedProblem(thrown, c);
  return c.body(JSON.stringify(errorBody(problem)), statusOf(problem.code), {
    "Content-Type": "application/json",
    ...headersFor(problem.code),
    ...problem.headers,
  });
}

function errorBody(
  { code, detail, extension }: Pick<Problem, "code" | "detail" | "extension">,
): z.infer<typeof ErrorAnswer> {
  const pointer = extension.errors?.[0]?.pointer;
  return {
    error: {
      message: detail,
      type: typeOf(code),
      param: pointer ? paramOf(pointer) : null,
      code,
    },
  };
}

function statusOf(code: ProblemCode) {
  return BAD_REQUEST.has(code) ? 400 : catalogue[code].status;
}

function typeOf(code: ProblemCode) {
  const { status } = catalogue[code];
  if (status >= 500) return "server_error";
  return status === 429 ? "rate_limit_error" : "invalid_request_error";
}

/** `items[0].role` for `/items/0/role`. The database knows an item as the part of a message. */
function paramOf(pointer: string): string {
  return pointer
    .replace(/^\/messages\/(\d+)(\/parts\/0)?/, "/items/$1")
    .replaceAll(/\/(\d+)(?=\/|$)/g, "[$1]")
    .slice(1)
    .replaceAll("/", ".")
    .replaceAll("~1", "/")
    .replaceAll("~0", "~");
}

/** OpenAI's format, for `createApp`. */
export const openaiErrors: FailureFormat = {
  render: renderError,
  statusOf,
  mediaType: "application/json",
  schema: ErrorAnswer,
  schemaName: "Error",
  example: (code) =>
    errorBody({ code, detail: catalogue[code].title, extension: {} }),
};
