/** The OpenAPI documents of the functions: only what is read of them here. */
import { project } from "../project/project.ts";

/** Every function of a project with Continuum. */
export const FUNCTIONS = [
  "conversation-append",
  "conversation-history",
  "file-upload",
  "file-download",
  "openai",
  "mcp",
] as const;

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  default?: unknown;
  example?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: boolean | Schema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface Body {
  description?: string;
  required?: boolean;
  content?: Record<string, { schema?: Schema }>;
}

export interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: Body;
  responses: Record<string, Body | { $ref: string }>;
}

export interface OpenApi {
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components?: Record<string, Record<string, unknown>>;
}

/** An operation with the place where it is found. */
export interface Listed {
  fn: string;
  method: string;
  path: string;
  operation: Operation;
}

/** @throws {Error} if the function is not there. */
export async function readDocument(
  fn: string,
  signal: AbortSignal,
): Promise<OpenApi> {
  const response = await fetch(
    `${project?.url}/functions/v1/${fn}/_/openapi.json`,
    { signal, headers: { apikey: project?.key ?? "" } },
  );
  if (!response.ok) {
    throw new Error(`The function ${fn} answered ${response.status}.`);
  }
  return await response.json();
}

/** The operations of a document, in its order, those for maintenance last. */
export function operationsOf(fn: string, document: OpenApi): Listed[] {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.operationId)
      .map(([method, operation]) => ({ fn, method, path, operation }))
  );
  const isUpkeep = ({ path }: Listed) => Number(path.includes("/_/"));
  return all.sort((a, b) => isUpkeep(a) - isUpkeep(b));
}

/** What a `$ref` names; the value itself if it is none. */
export function resolved<T extends object>(
  document: OpenApi,
  value: T | { $ref: string },
): T {
  if (!("$ref" in value) || typeof value.$ref !== "string") return value as T;
  let found: unknown = document;
  for (const key of value.$ref.replace(/^#\//, "").split("/")) {
    found = (found as Record<string, unknown> | undefined)?.[key];
  }
  return (found ?? {}) as T;
}

/** The name that a `$ref` ends with. */
export function refName(schema: Schema): string | null {
  return schema.$ref?.split("/").at(-1) ?? null;
}
