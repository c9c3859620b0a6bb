/**
 * A route is a declaration and a handler. The declaration says what is particular to it; what follows
 * from its kind (middleware, security, the problems that every such route can give, its place in the
 * OpenAPI document) is added here and cannot be forgotten or over-promised:
 *
 * ```ts
 * export const readMember = userRoute({
 *   operationId: "readMember",
 *   get: "/{continuation_id}/members/{user_id}",
 *   summary: "Read a member's role",
 *   params: MemberPath,
 *   answers: { 200: ["The member.", Member] },
 *   problems: ["not_found"],
 * }, async (c, { params }) => json(c, await call(c, "read_member", params)));
 * ```
 *
 * `params`, `query`, `headers` and `body` are zod schemas; the handler gets what they make of the request.
 * A request that breaks one is 422 with a pointer to each fault.
 */
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { BULK_TIMEOUT_MS, DATABASE_TIMEOUT_MS } from "../platform/database.ts";
import { requireSecret, requireUser } from "../platform/auth.ts";
import type { Env } from "../platform/env.ts";
import type { ProblemCode } from "../problems/catalogue.ts";
import { validationProblem } from "../wire/rules.ts";
import { jsonBody, parseJson } from "./body.ts";
import { acceptsJson } from "./negotiation.ts";
import { problemResponses } from "./openapi.ts";

type Schema = z.ZodType | undefined;
type Output<S extends Schema> = S extends z.ZodType ? z.infer<S> : undefined;

const METHODS = ["get", "post", "put", "patch", "delete"] as const;
type Method = (typeof METHODS)[number];

/** A response: what it says, and its schema or its content by media type. */
type Answer = [
  description: string,
  schema?: z.ZodType | Record<string, z.ZodType>,
];

type Place = {
  [M in Method]:
    & { [Is in M]: string }
    & { [Not in Exclude<Method, M>]?: never };
}[Method];

/** What is particular to a route; its method is the key that holds its path. */
export type Declaration<
  P extends Schema,
  Q extends Schema,
  H extends Schema,
  B extends Schema,
> = Place & {
  operationId: string;
  tag: string;
  summary: string;
  description?: string;
  params?: P;
  query?: Q;
  headers?: H;
  /** A JSON body and the bytes that it may have; `optional` if it may be left out. */
  body?: { schema: B; maxBytes: number; optional?: boolean };
  /** A body that the handler streams: described, and not read here. */
  stream?: Record<string, z.ZodType>;
  answers: Record<number, Answer>;
  /** Problems besides those of every route of its kind. */
  problems?: ProblemCode[];
  /** It moves all rows of a conversation, and may take a minute. */
  bulk?: boolean;
  middleware?: MiddlewareHandler<Env>[];
};

/** What a handler gets besides the context. */
export interface Input<
  P extends Schema,
  Q extends Schema,
  H extends Schema,
  B extends Schema,
> {
  params: Output<P>;
  query: Output<Q>;
  headers: Output<H>;
  body: Output<B>;
}

type Handler<
  P extends Schema,
  Q extends Schema,
  H extends Schema,
  B extends Schema,
> = (
  c: Context<Env>,
  input: Input<P, Q, H, B>,
) => Response | Promise<Response>;

/** A route that can be added to a function. */
export interface Route {
  addTo(app: OpenAPIHono<Env>): void;
}

/** A route of a signed-in user: it acts as that user, under row level security. */
export function userRoute<
  P extends Schema = undefined,
  Q extends Schema = undefined,
  H extends Schema = undefined,
  B extends Schema = undefined,
>(
  declaration: Declaration<P, Q, H, B>,
  handler: Handler<P, Q, H, B>,
): Route {
  return route(declaration, handler, {
    security: [{ user: [], publishable: [] }],
    guard: requireUser(timeoutOf(declaration)),
    problems: ["unauthenticated", "invalid_token"],
  });
}

/** A route of maintenance: it asks for one of the project's secret keys. */
export function secretRoute<
  P extends Schema = undefined,
  Q extends Schema = undefined,
  H extends Schema = undefined,
  B extends Schema = undefined,
>(
  declaration: Declaration<P, Q, H, B>,
  handler: Handler<P, Q, H, B>,
): Route {
  return route(declaration, handler, {
    security: [{ secret: [] }],
    guard: requireSecret(timeoutOf(declaration)),
    problems: ["unauthenticated"],
  });
}

/** Answers JSON that is text already. */
export function json(
  c: Context<Env>,
  text: string,
  status: 200 | 201 | 207 = 200,
): Response {
  return c.body(text, status, { "Content-Type": "application/json" });
}

function timeoutOf({ bulk }: { bulk?: boolean }): number {
  return bulk ? BULK_TIMEOUT_MS : DATABASE_TIMEOUT_MS;
}

/** What a kind of route adds to its declaration. */
interface Kind {
  security: Record<string, string[]>[];
  guard: MiddlewareHandler<Env>;
  problems: ProblemCode[];
}

function route<
  P extends Schema,
  Q extends Schema,
  H extends Schema,
  B extends Schema,
>(
  declaration: Declaration<P, Q, H, B>,
  handler: Handler<P, Q, H, B>,
  kind: Kind,
): Route {
  const method = METHODS.find((name) => declaration[name] !== undefined) ??
    "get";
  const path = declaration[method] ?? "/";
  const { params, query, headers, body, answers } = declaration;
  const answersJson = Object.values(answers).some(([, schema]) =>
    schema instanceof z.ZodType
  );

  const middleware = [
    ...(answersJson ? [acceptsJson] : []),
    kind.guard,
    ...(body ? [jsonBody(body.maxBytes, body.optional ?? false)] : []),
    ...(declaration.middleware ?? []),
  ];
  const failures: ProblemCode[] = [
    ...kind.problems,
    ...(answersJson ? ["not_acceptable"] as const : []),
    ...(params || query || headers || body
      ? ["validation_failed"] as const
      : []),
    ...(body
      ? [
        "malformed_request",
        "body_too_large",
        "unsupported_media_type",
      ] as const
      : []),
    "rate_limited",
    "internal",
    "unavailable",
    ...(declaration.problems ?? []),
  ];

  return {
    addTo(app) {
      app.openAPIRegistry.registerPath({
        method,
        path,
        operationId: declaration.operationId,
        tags: [declaration.tag],
        summary: declaration.summary,
        description: declaration.description,
        security: kind.security,
        // deno-lint-ignore no-explicit-any -- any zod object may describe a request
        request: requestOf(declaration) as any,
        responses: {
          ...Object.fromEntries(
            Object.entries(answers).map(([status, [description, schema]]) => [
              status,
              { description, ...(schema && { content: contentOf(schema) }) },
            ]),
          ),
          ...problemResponses(failures),
        },
      });
      app.on(
        method.toUpperCase(),
        [path.replaceAll(/\{(\w+)\}/g, ":$1")],
        ...middleware,
        async (c: Context<Env>) => {
          const parsed = parseAll({
            params: [params, () => c.req.param()],
            query: [query, () => flat(c.req.queries())],
            headers: [headers, () => c.req.header()],
            body: [
              body?.schema,
              () =>
                body?.optional && c.var.bodyText === ""
                  ? {}
                  : parseJson(c.var.bodyText),
            ],
          });
          return await handler(c, parsed as unknown as Input<P, Q, H, B>);
        },
      );
    },
  };
}

/** Parses each place by its schema; all faults of all places make one problem. */
function parseAll(
  places: Record<string, [schema: Schema, read: () => unknown]>,
): Record<string, unknown> {
  const parsed: Record<string, unknown> = {};
  const issues: z.core.$ZodIssue[] = [];
  for (const [place, [schema, read]] of Object.entries(places)) {
    const result = schema?.safeParse(read());
    if (result?.success === false) issues.push(...result.error.issues);
    parsed[place] = result?.data;
  }
  if (issues.length > 0) throw validationProblem(issues);
  return parsed;
}

/** A parameter that is given twice is a list, which no schema takes. */
function flat(queries: Record<string, string[]>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(queries).map((
      [key, values],
    ) => [key, values.length === 1 ? values[0] : values]),
  );
}

function requestOf(
  { params, query, headers, body, stream }: Declaration<
    Schema,
    Schema,
    Schema,
    Schema
  >,
) {
  return {
    params,
    query,
    headers,
    ...(body?.schema && {
      body: { required: !body.optional, content: contentOf(body.schema) },
    }),
    ...(stream && { body: { required: true, content: contentOf(stream) } }),
  };
}

function contentOf(schema: z.ZodType | Record<string, z.ZodType>) {
  const byType = schema instanceof z.ZodType
    ? { "application/json": schema }
    : schema;
  return Object.fromEntries(
    Object.entries(byType).map(([type, schema]) => [type, { schema }]),
  );
}
