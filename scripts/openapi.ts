/**
 * Each function's OpenAPI document, made from its routes. The document is made here and not per request,
 * since generating it leaks memory.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { formatted } from "./format.ts";
import type { Env } from "../supabase/functions/_shared/platform/env.ts";

const functions = new URL("../supabase/functions/", import.meta.url);

/** The document of one function, as its openapi.json holds it. */
export async function openapiOf(name: string): Promise<string> {
  const { app }: { app: OpenAPIHono<Env> } = await import(
    new URL(`${name}/index.ts`, functions).href
  );
  app.openAPIRegistry.registerComponent("securitySchemes", "user", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The access token of a Supabase user.",
  });
  for (const key of ["publishable", "secret"]) {
    app.openAPIRegistry.registerComponent("securitySchemes", key, {
      type: "apiKey",
      in: "header",
      name: "apikey",
      description: `The project's ${key} key.`,
    });
  }
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: `Continuum: ${name}`, version: await version() },
    servers: [{ url: "/functions/v1" }],
  });
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
async function version(): Promise<string> {
  const changelog = await Deno.readTextFile(
    new URL("../CHANGELOG.md", import.meta.url),
  );
  return /^## \[?(\d+\.\d+\.\d+)/m.exec(changelog)?.[1] ?? "0.0.0";
}

/** Where a function's document is. */
export function documentFile(name: string): URL {
  return new URL(`_shared/generated/openapi/${name}.json`, functions);
}
