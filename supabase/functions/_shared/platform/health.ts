/** `GET /_/health`: whether the function, the Data API and the database answer. */
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { databaseProblem } from "../problems/database_problem.ts";
import { problemResponses } from "../http/openapi.ts";
import { json } from "../http/route.ts";
import { Problem } from "../problems/problem.ts";
import { adminClient } from "./database.ts";
import type { Env } from "./env.ts";
import { keysOf, variable } from "./environment.ts";

const Health = z.strictObject({
  status: z.literal("ok"),
  schema_version: z.string().openapi({
    description: "The newest migration that is applied.",
    example: "20261123090000",
  }),
}).openapi("Health");

export function addHealthTo(app: OpenAPIHono<Env>): void {
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/_/health",
    operationId: "readHealth",
    tags: ["Maintenance"],
    summary: "Check whether the function reaches its database",
    description: "503 names in `detail` what the project lacks.",
    security: [],
    responses: {
      200: {
        description: "The database answers.",
        content: { "application/json": { schema: Health } },
      },
      ...problemResponses(["unavailable"]),
    },
  });
  app.get("/_/health", async (c) => {
    const detail = await missing();
    if (detail !== null) throw new Problem("unavailable", { detail });
    // Without the client's own retries: who asks wants to know how it is now.
    const { data, error, status } = await adminClient().rpc("read_health")
      .retry(false);
    if (error) throw databaseProblem(error, status);
    const { schema_version } = JSON.parse(data);
    return json(c, JSON.stringify({ status: "ok", schema_version }));
  });
}

/** What a project lacks that no function works without, in words; null if it has all of it. */
async function missing(): Promise<string | null> {
  if (
    Object.keys(keysOf("SUPABASE_SECRET_KEYS")).length === 0 ||
    Object.keys(keysOf("SUPABASE_PUBLISHABLE_KEYS")).length === 0
  ) {
    return "The project has no API keys of the new kind: create a publishable and a secret key.";
  }
  const jwks = variable("SUPABASE_JWKS") ?? await fetchedJwks();
  return /"kid"/.test(jwks)
    ? null
    : "The project has no asymmetric signing key: create one in its JWT settings, so that tokens can be verified.";
}

async function fetchedJwks(): Promise<string> {
  try {
    const url = `${variable("SUPABASE_URL")}/auth/v1/.well-known/jwks.json`;
    return await (await fetch(url, { signal: AbortSignal.timeout(2000) }))
      .text();
  } catch {
    return "";
  }
}
