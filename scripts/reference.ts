/** The generated pages of docs/reference: one for each function, and one of all errors. */
import { join } from "node:path";
import { root } from "../local/config.ts";
import { formatted } from "./format.ts";
import { documentFile, functionNames } from "./openapi.ts";
import type { Document } from "./reference/document.ts";
import { errorsPage } from "./reference/errors.ts";
import { routesPage } from "./reference/routes.ts";

/** The pages by their path, as they are committed. From the committed OpenAPI documents. */
export async function referencePages(): Promise<Map<string, string>> {
  const documents = new Map<string, Document>();
  for (const name of await functionNames()) {
    documents.set(
      name,
      JSON.parse(await Deno.readTextFile(documentFile(name))),
    );
  }
  const folder = join(root, "docs/reference");
  const pages = new Map<string, string>();
  for (const [name, document] of documents) {
    pages.set(
      join(folder, "routes", `${name}.md`),
      await formatted(routesPage(name, document), ".md"),
    );
  }
  pages.set(
    join(folder, "errors.md"),
    await formatted(errorsPage(documents), ".md"),
  );
  return pages;
}

/** Writes the pages. */
export async function writeReference(): Promise<void> {
  for (const [path, text] of await referencePages()) {
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeTextFile(path, text);
  }
}
