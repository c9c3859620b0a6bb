/**
 * The tools of the MCP server as clients list them. They are committed, since making JSON Schema of zod's schemas
 * in each process would only lengthen its start.
 */
import { z } from "@hono/zod-openapi";
import { annotationsOf } from "../supabase/functions/mcp/tool.ts";
import { tools } from "../supabase/functions/mcp/tools.ts";
import { formatted } from "./format.ts";

export const mcpSchemasFile = new URL(
  "../supabase/functions/_shared/generated/mcp.json",
  import.meta.url,
);

/** The document as it is committed. */
export async function mcpSchemas(version: string): Promise<string> {
  const document = {
    version,
    tools: tools.map((tool) => ({
      name: tool.name,
      title: tool.title,
      description: tool.description,
      inputSchema: schemaOf(tool.input, "input"),
      outputSchema: schemaOf(tool.output, "output"),
      annotations: annotationsOf(tool),
    })),
  };
  return await formatted(JSON.stringify(document, null, 2), ".json");
}

/** Draft 2020-12, which is what MCP assumes. Arguments with a default may be left out; results never lack one. */
function schemaOf(schema: z.ZodType, io: "input" | "output") {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
  });
  return rest;
}
