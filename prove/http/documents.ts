/** The operations of the committed OpenAPI documents. */
import { documentFile, functionNames } from "../../scripts/openapi.ts";

/** A JSON Schema, or a reference to one. */
// deno-lint-ignore no-explicit-any -- schemas are walked, not typed
export type Schema = any;

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  schema: Schema;
}

export interface Response {
  /** Schemas by media type; none if there is no body. */
  content: Record<string, Schema>;
}

export interface Operation {
  /** `conversation-append appendMessages`: two functions may name an operation alike. */
  name: string;
  functionName: string;
  method: string;
  /** With `{parameters}`. */
  path: string;
  parameters: Parameter[];
  /** Schemas by media type; null if it takes no body. */
  body: Record<string, Schema> | null;
  bodyRequired: boolean;
  /** By status. */
  responses: Record<string, Response>;
  /** Whether it is for the project's secret key. */
  isMaintenance: boolean;
  /** The document, for its references. */
  document: Schema;
}

const METHODS = ["get", "post", "put", "patch", "delete"];

export async function operations(): Promise<Operation[]> {
  const found: Operation[] = [];
  for (const functionName of await functionNames()) {
    const document = JSON.parse(
      await Deno.readTextFile(documentFile(functionName)),
    );
    for (const [path, item] of Object.entries<Schema>(document.paths)) {
      for (const method of METHODS.filter((method) => method in item)) {
        found.push(operationOf(functionName, document, path, method));
      }
    }
  }
  return found;
}

function operationOf(
  functionName: string,
  document: Schema,
  path: string,
  method: string,
): Operation {
  const item = document.paths[path];
  const declared = item[method];
  const parameters = [...item.parameters ?? [], ...declared.parameters ?? []]
    .map((parameter) => resolve(document, parameter));
  const body = declared.requestBody && resolve(document, declared.requestBody);
  return {
    name: `${functionName} ${declared.operationId}`,
    functionName,
    method: method.toUpperCase(),
    path,
    parameters,
    body: body ? schemasOf(body.content) : null,
    bodyRequired: body?.required ?? false,
    responses: Object.fromEntries(
      Object.entries<Schema>(declared.responses).map(([status, response]) => [
        status,
        { content: schemasOf(resolve(document, response).content ?? {}) },
      ]),
    ),
    isMaintenance: (declared.security ?? []).some((scheme: object) =>
      "secret" in scheme
    ),
    document,
  };
}

function schemasOf(content: Schema): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries<Schema>(content).map(([type, { schema }]) => [type, schema]),
  );
}

/** What a `$ref` refers to, which is in the same document. */
export function resolve(document: Schema, schema: Schema): Schema {
  let found = schema;
  while (found?.$ref !== undefined) {
    found = String(found.$ref).slice(2).split("/").reduce(
      (place, key) => place[key.replaceAll("~1", "/").replaceAll("~0", "~")],
      document,
    );
  }
  return found;
}
