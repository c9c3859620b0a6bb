/**
 * The OpenAPI document of each function, from its routes. It is committed, since generating it on each request
 * leaks memory.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { formatted } from "./format.ts";
import type { Env } from "../supabase/functions/_shared/platform/env.ts";

const functions = new URL("../supabase/functions/", import.meta.url);

const TAGS = {
  Conversations:
    "Append to conversations, read, search, change and delete them.",
  Items: "The items of a conversation.",
  Members: "Share a conversation with other users of the project.",
  Files: "Store files, list them and get them back.",
  MCP: "The Model Context Protocol, for clients that speak it.",
  Maintenance: "Health, and routes to be called on a schedule.",
};

const SECURITY_SCHEMES = {
  user: {
    type: "http" as const,
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The access token of a Supabase user.",
  },
  publishable: {
    type: "apiKey" as const,
    in: "header" as const,
    name: "apikey",
    description: "The project's publishable key.",
  },
  secret: {
    type: "apiKey" as const,
    in: "header" as const,
    name: "apikey",
    description: "One of the project's secret keys.",
  },
};

/** The document of one function, as it is committed. */
export async function openapiOf(name: string): Promise<string> {
  const { app }: { app: OpenAPIHono<Env> } = await import(
    new URL(`${name}/index.ts`, functions).href
  );
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: `Continuum: ${name}`,
      version: await version(),
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    servers: [{
      url: "{project_url}/functions/v1",
      variables: {
        project_url: {
          default: "http://127.0.0.1:54321",
          description:
            "The URL of the Supabase project; by default the local stack.",
        },
      },
    }],
  });
  const operations = Object.values(document.paths ?? {})
    .flatMap((item) => Object.values(item));
  document.tags = Object.entries(TAGS)
    .filter(([name]) => operations.some(({ tags }) => tags.includes(name)))
    .map(([name, description]) => ({ name, description }));
  document.components = {
    ...document.components,
    securitySchemes: Object.fromEntries(
      Object.entries(SECURITY_SCHEMES).filter(([name]) =>
        operations.some(({ security: [required] }) =>
          required && name in required
        )
      ),
    ),
  };
  return await formatted(JSON.stringify(document, null, 2), ".json");
}

/** The names of the functions that have routes. */
export async function functionNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(functions)) {
    if (entry.isDirectory && !entry.name.startsWith("_")) {
      names.push(entry.name);
    }
  }
  return names.sort();
}

/** The release that CHANGELOG.md names first. */
export async function version(): Promise<string> {
  const changelog = await Deno.readTextFile(
    new URL("../CHANGELOG.md", import.meta.url),
  );
  return /^## \[?(\d+\.\d+\.\d+)/m.exec(changelog)?.[1] ?? "0.0.0";
}

/** Where a function's document is. */
export function documentFile(name: string): URL {
  return new URL(`_shared/generated/openapi/${name}.json`, functions);
}
