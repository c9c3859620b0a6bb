/** A page with every problem code: its status, its title, the routes that give it, and an example. */
import { catalogue } from "../../supabase/functions/_shared/problems/catalogue.ts";
import { type Document, problemsOf } from "./document.ts";

export function errorsPage(documents: Map<string, Document>): string {
  const seen = new Map<string, { routes: string[]; example: unknown }>();
  for (const document of documents.values()) {
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        for (const problem of problemsOf(document, operation)) {
          const entry = seen.get(problem.code) ??
            { routes: [], example: problem.example };
          entry.routes.push(`\`${method.toUpperCase()} ${path}\``);
          seen.set(problem.code, entry);
        }
      }
    }
  }
  const total = [...documents.values()]
    .flatMap(({ paths }) => Object.values(paths).flatMap(Object.keys)).length;
  return [
    "# Errors",
    "Generated from the catalogue of problems and the OpenAPI documents by `deno task generate`. Every error is " +
    "`application/problem+json` (RFC 9457); `openai` words them as OpenAI does. [The API](api.md#errors) tells when " +
    "each comes, and [Errors and retries](../how-to/errors-and-retries.md) what to do.",
    ...Object.entries(catalogue).flatMap(([code, { status, title }]) => [
      `## ${code}`,
      `${status}. ${title}`,
      from(seen.get(code)?.routes ?? [], total),
      [
        "```json",
        JSON.stringify(
          seen.get(code)?.example ?? plain(code, status, title),
          null,
          2,
        ),
        "```",
      ].join("\n"),
    ]),
  ].join("\n\n") + "\n";
}

function from(routes: string[], total: number): string {
  if (routes.length === 0) return "From any path, whatever the route.";
  if (routes.length > total / 2) return "From most routes.";
  return `From ${routes.join(", ")}.`;
}

function plain(code: string, status: number, title: string) {
  return {
    type: `urn:continuum:problem:${code}`,
    title,
    status,
    detail: title,
    code,
    request_id: "0b7f7d2e-4d4c-4a39-9d8a-0d5f3a1c2b3d",
  };
}
