import { OpenAPIHono } from "@hono/zod-openapi";
import type { Env } from "./env.ts";
import { refuseInvalid } from "./validation.ts";

/** A router whose invalid input is answered as a problem. */
export function createRouter(): OpenAPIHono<Env> {
  return new OpenAPIHono<Env>({ defaultHook: refuseInvalid });
}
