/** `GET /_/health`: whether the function, the Data API and the database answer. */
import { createRoute, z } from "@hono/zod-openapi";
import { adminClient } from "./auth.ts";
import { createRouter } from "./router.ts";
import { databaseAnswer } from "./database_errors.ts";
import { problems } from "./openapi.ts";

const Health = z.strictObject({
  status: z.literal("ok"),
  schema_version: z.string().openapi({
    description: "The newest migration that is applied.",
    example: "20261123090000",
  }),
}).openapi("Health");

const readHealth = createRoute({
  operationId: "readHealth",
  method: "get",
  path: "/_/health",
  summary: "Whether the function reaches its database",
  responses: {
    200: {
      description: "It does.",
      content: { "application/json": { schema: Health } },
    },
    ...problems("unavailable"),
  },
});

export const health = createRouter();

health.openapi(readHealth, async (c) => {
  // Without the client's own retries: who asks wants to know how it is now.
  const { version } = await databaseAnswer(
    adminClient().from("schema_version").select("version")
      .order("version", { ascending: false }).limit(1).single().retry(false),
  );
  return c.json({ status: "ok" as const, schema_version: version }, 200);
});
