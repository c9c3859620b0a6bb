/** The parts of our OpenAPI documents that the reference shows. */
import { sample } from "npm:openapi-sampler@1.7.10";

export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  format?: string;
  default?: unknown;
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

export interface Response {
  $ref?: string;
  description?: string;
  content?: Record<
    string,
    { schema?: Schema; examples?: Record<string, { value: unknown }> }
  >;
}

/** A problem that an operation can give. */
export interface Problem {
  code: string;
  status: string;
  /** The body of such an answer. */
  example: unknown;
}

export interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  security?: Record<string, unknown>[];
  parameters?: Parameter[];
  requestBody?: {
    required?: boolean;
    content: Record<string, { schema?: Schema }>;
  };
  responses: Record<string, Response>;
}

export interface Document {
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas?: Record<string, Schema>;
    responses?: Record<string, Response>;
  };
}

/** A reference within the document, followed. */
export function resolve<T extends { $ref?: string }>(
  document: Document,
  value: T,
): T {
  if (value.$ref === undefined) return value;
  const [, , kind = "", name = ""] = value.$ref.split("/");
  const components = document.components as Record<string, Record<string, T>>;
  const found = components[kind]?.[name];
  if (found === undefined) throw new Error(`There is no ${value.$ref}.`);
  return resolve(document, found);
}

/** A value that the schema admits, of its examples where it has them. */
export function exampleOf(
  document: Document,
  schema: Schema,
  { onlyRequired = false } = {},
): unknown {
  return sample(
    schema as Parameters<typeof sample>[0],
    { skipNonRequired: onlyRequired, quiet: true },
    document as unknown as Parameters<typeof sample>[2],
  );
}

/** The problems that an operation can give, by their codes, in order of their status. */
export function problemsOf(
  document: Document,
  operation: Operation,
): Problem[] {
  return Object.entries(operation.responses)
    .filter(([status]) => status >= "400")
    .flatMap(([status, response]) =>
      Object.values(resolve(document, response).content ?? {})
        .flatMap(({ examples }) => Object.entries(examples ?? {}))
        .map(([code, { value }]) => ({ code, status, example: value }))
    );
}
