import assert from "node:assert/strict";
import { mcpSchemas, mcpSchemasFile } from "../../scripts/mcp_schemas.ts";
import { version } from "../../scripts/openapi.ts";
import { signUp } from "../support/actors.ts";
import { connect } from "./clients.ts";

Deno.test("mcp.json is that of the tools: else run deno task generate", async () => {
  assert.equal(
    await Deno.readTextFile(mcpSchemasFile),
    await mcpSchemas(await version()),
  );
});

Deno.test("clients are told exactly what is committed", async () => {
  const client = await connect(await signUp("user"));
  const { tools } = JSON.parse(await Deno.readTextFile(mcpSchemasFile));
  assert.deepEqual((await client.listTools()).tools, tools);
});
