/**
 * What the root of the Data API answers: the functions that the caller may call, as OpenAPI 2.0.
 * https://docs.postgrest.org/en/v14/references/api/openapi.html
 */
import type { Routine } from "./routines.ts";
import { EXPOSED, type Schema } from "./schema_cache.ts";
import type { Row, Statement } from "./session.ts";

/** The names of the functions that the role of the transaction may call, as a JSON array. */
export const callableNames: Statement = {
  text:
    `select coalesce(json_agg(distinct proname), '[]')::text from pg_proc where pronamespace = $1::text::regnamespace and has_function_privilege(oid, 'execute')`,
  parameters: [EXPOSED],
};

export function openApi({ routines }: Schema, [names]: Row): Response {
  const callable: string[] = names
    ? JSON.parse(new TextDecoder().decode(names))
    : [];
  const paths = routines.filter(({ name }) => callable.includes(name))
    .map((routine) => [`/rpc/${routine.name}`, pathOf(routine)]);
  const document = {
    swagger: "2.0",
    info: { title: "The local Data API", version: "14" },
    basePath: "/",
    consumes: ["application/json"],
    produces: ["application/json"],
    paths: Object.fromEntries(paths),
  };
  return new Response(JSON.stringify(document), {
    headers: { "Content-Type": "application/openapi+json; charset=utf-8" },
  });
}

function pathOf({ name, parameters, isVolatile }: Routine) {
  const operation = (list: unknown[]) => ({
    tags: [`(rpc) ${name}`],
    parameters: list,
    responses: { 200: { description: "OK" } },
  });
  const asQuery = parameters.map(({ name, type, isRequired }) => ({
    name,
    in: "query",
    required: isRequired,
    type: "string",
    format: type,
  }));
  const asBody = {
    name: "args",
    in: "body",
    required: true,
    schema: {
      type: "object",
      required: parameters.filter(({ isRequired }) => isRequired)
        .map(({ name }) => name),
      properties: Object.fromEntries(
        parameters.map(({ name, type }) => [name, { format: type }]),
      ),
    },
  };
  return {
    ...(!isVolatile && { get: operation(asQuery) }),
    post: operation([asBody]),
  };
}
