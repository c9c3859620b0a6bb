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
  return JSON.parse(JSON.stringify(rest), (_, value) => portable(value));
}

/**
 * A schema in words that more clients know: some map schemas to a dialect in which `type` is one name, or which has
 * no empty schema.
 */
function portable(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("type" in value && Array.isArray(value.type)) {
    const { type, ...rest } = value;
    return { ...rest, anyOf: type.map((name: string) => ({ type: name })) };
  }
  if ("additionalProperties" in value && isEmpty(value.additionalProperties)) {
    const { properties, ...rest } = value as Record<string, unknown>;
    return {
      ...rest,
      ...(!isEmpty(properties) && { properties }),
      additionalProperties: true,
    };
  }
  return value;
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    Object.keys(value).length === 0;
}
