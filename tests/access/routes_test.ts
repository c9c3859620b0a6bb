/** Every route by everybody. */
import { functionNames, openapiOf } from "../../scripts/openapi.ts";
import { conversationRoutes } from "./routes_conversations.ts";
import { fileRoutes } from "./routes_files.ts";
import { mcpRoutes } from "./routes_mcp.ts";
import { openaiRoutes } from "./routes_openai.ts";
import { assertCovered, runCases } from "./run.ts";

const cases = [
  ...conversationRoutes,
  ...fileRoutes,
  ...openaiRoutes,
  ...mcpRoutes,
];
const METHODS = ["get", "post", "put", "patch", "delete"];

Deno.test("the matrix lists every route", async () => {
  const documents = await Promise.all(
    (await functionNames()).map(async (name) =>
      JSON.parse(await openapiOf(name))
    ),
  );
  const routes = documents.flatMap(({ paths }) =>
    Object.entries<Record<string, unknown>>(paths).flatMap(([path, item]) =>
      METHODS.filter((method) => method in item)
        .map((method) => `${method.toUpperCase()} ${path}`)
    )
  );
  assertCovered(cases, routes);
});

runCases(cases);
