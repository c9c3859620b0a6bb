/**
 * A tool is a declaration and a handler. What follows from every tool is added here: the check of its arguments,
 * the answer as structured content and as text, and failures as results that a model can act on.
 */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ToolCallResult } from "mcp-lite";
import type { Env } from "../_shared/platform/env.ts";
import {
  countRequest,
  type RequestClass,
} from "../_shared/platform/rate_limits.ts";
import { Problem } from "../_shared/problems/problem.ts";
import { reportedProblem } from "../_shared/problems/render.ts";
import { validationProblem } from "../_shared/problems/validation_problem.ts";
import { storable } from "../_shared/wire/storable.ts";
import { parseExact } from "./exact_json.ts";
import { advise } from "./advice.ts";

interface Declaration<I extends z.ZodObject, O extends z.ZodObject> {
  name: string;
  title: string;
  /** What the tool does, and when to use it: a model decides by this text alone. */
  description: string;
  input: I;
  output: O;
  /** Whether the tool only reads; if it does not, whether calling it twice with the same arguments is like once. */
  effect: "reads" | "writes" | "writes once";
  /** Whether it handles every message of a conversation. */
  bulk?: boolean;
}

/** The arguments of a call: as their schema returned them, and as they were sent, for what is passed on. */
type Handler<I extends z.ZodObject, O extends z.ZodObject> = (
  c: Context<Env>,
  input: z.infer<I>,
  // deno-lint-ignore no-explicit-any -- of the shape that `input` was found to have
  sent: any,
) => Promise<z.infer<O>>;

/** A tool that can be published and called. */
export interface Tool extends Declaration<z.ZodObject, z.ZodObject> {
  call(c: Context<Env>, args: unknown): Promise<ToolCallResult>;
}

export function tool<I extends z.ZodObject, O extends z.ZodObject>(
  declaration: Declaration<I, O>,
  handler: Handler<I, O>,
): Tool {
  const input = storable(declaration.input);
  return {
    ...declaration,
    async call(c, args) {
      try {
        // Here, so that the model is told to wait.
        await countRequest(c, classOf(declaration));
        const parsed = input.safeParse(args ?? {});
        if (!parsed.success) throw validationProblem(parsed.error.issues);
        const sent = parseExact(c.var.bodyText).params.arguments;
        return result(await handler(c, parsed.data as z.infer<I>, sent));
      } catch (error) {
        return failure(reportedProblem(error, c), c.var.requestId);
      }
    },
  };
}

function classOf(
  { effect, bulk }: Pick<Tool, "effect" | "bulk">,
): RequestClass {
  if (bulk) return "bulk";
  return effect === "reads" ? "read" : "write";
}

/** What the client knows of a tool before it calls it. */
export function annotationsOf({ title, effect }: Tool) {
  return {
    title,
    readOnlyHint: effect === "reads",
    // Nothing that was stored is replaced or removed.
    destructiveHint: false,
    idempotentHint: effect !== "writes",
    // What is read and written is the caller's own storage, and not the world's.
    openWorldHint: false,
  };
}

function result(structuredContent: unknown): ToolCallResult {
  return {
    // The same as text, for clients that do not read structured content.
    content: [{ type: "text", text: JSON.stringify(structuredContent) }],
    structuredContent,
  };
}

/**
 * A failure that the model is to read.
 *
 * @throws {Problem} `invalid_token`, about which a model can do nothing: the client has to get another token.
 */
function failure(problem: Problem, requestId: string): ToolCallResult {
  if (problem.code === "invalid_token") throw problem;
  return {
    isError: true,
    content: [{ type: "text", text: advise(problem) }],
    _meta: {
      "continuum/code": problem.code,
      "continuum/request_id": requestId,
    },
  };
}
