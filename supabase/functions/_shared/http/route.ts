/**
 * A route is a declaration and a handler. The declaration says what is particular to the route. Whatever follows
 * from its kind is added here, so that it can be neither forgotten nor promised without being kept: security,
 * middleware, the problems that any such route can give, and its place in the OpenAPI document.
 *
 * ```ts
 * export const readMember = userRoute({
 *   operationId: "readMember",
 *   tag: "Members",
 *   get: "/{continuation_id}/members/{user_id}",
 *   summary: "Read a member's role",
 *   params: MemberPath,
 *   answers: { 200: ["The member.", Member] },
 *   problems: ["not_found"],
 * }, async (c, { params }) => json(c, await call(c, "read_member", params)));
 * ```
 *
 * - `params`, `query`, `headers` and `body` are zod schemas, and the handler gets what they return. A request
 *   that does not match is 422, with a pointer to each fault.
 * - `problems` lists only what the handler or its SQL function raises beyond the problems of the kind.
 * - `answers` with a schema are JSON: `Accept` is then checked. Other media types are named beside their schema.
 * - `conditional` adds ETags and 304; `bulk` allows the database a minute.
 * - `call` returns JSON text. Pass it to `json` as it is; use JSON.parse only to look inside.
 *
 * Add the route to the list in the function's `index.ts`, then run `deno task generate`.
 */
import { type OpenAPIHono, type RouteConfig, z } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { BULK_TIMEOUT_MS, DATABASE_TIMEOUT_MS } from "../platform/database.ts";
import { requireSecret, requireUser } from "../platform/auth.ts";
import type { Env } from "../platform/env.ts";
import type { ProblemCode } from "../problems/catalogue.ts";
import { validationProblem } from "../problems/validation_problem.ts";
import { jsonBody, parseJson, refuseEncoded } from "./body.ts";
import { conditional } from "./conditional.ts";
import { acceptsJson } from "./negotiation.ts";
import { rateLimited } from "./rate_limited.ts";
import type { Bytes } from "./bytes.ts";
import {
  conditionalResponse,
  type FailureFormat,
  failureResponses,
  ifNoneMatch,
} from "./openapi.ts";

type Schema = z.ZodType | undefined;
type Output<S extends Schema> = S extends z.ZodType ? z.infer<S> : undefined;

const METHODS = ["get", "post", "put", "patch", "delete"] as const;
type Method = (typeof METHODS)[number];

/** A response: its meaning, and its JSON schema or its schemas by media type. */
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
  /** A JSON body and its size limit. An `optional` one counts as `{}` if it is left out. */
  body?: { schema: B; maxBytes: number; optional?: boolean };
  /** A body that the handler streams, by media type. It is described here, but not read. */
  stream?: Record<string, z.ZodType>;
  answers: Record<number, Answer>;
  /** Problems beyond those of every route of this kind. */
  problems?: ProblemCode[];
  /** Gives the answer an ETag, and 304 to an If-None-Match that names it. */
  conditional?: boolean;
  /** The SQL function handles every row of a conversation, and may take a minute. */
  bulk?: boolean;
  /** The handler counts the request itself, because only the body shows whether it reads or writes. */
  countsItself?: boolean;
};

/** What a handler gets in addition to the context: the parsed request. */
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
  addTo(app: OpenAPIHono<Env>, format: FailureFormat): void;
}

/** A route for a signed-in user. It acts as that user, under row level security. */
export function userRoute<
  P extends Schema = undefined,
  Q extends Schema = undefined,
  H extends Schema = undefined,
  B extends Schema = undefined,
>(
  declaration: Declaration<P, Q, H, B>,
  handler: Handler<P, Q, H, B>,
): Route {
  return route(declaration, handler, kindOfUser(declaration));
}

/** A maintenance route, for callers with one of the project's secret keys. */
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
    checksAccept: true,
    middleware: [requireSecret(timeoutOf(declaration))],
    problems: ["unauthenticated"],
  });
}

/** A {@link userRoute} of a front, whose protocol knows a token and no `apikey`. */
export function frontRoute<
  P extends Schema = undefined,
  Q extends Schema = undefined,
  H extends Schema = undefined,
  B extends Schema = undefined,
>(
  declaration: Declaration<P, Q, H, B>,
  handler: Handler<P, Q, H, B>,
): Route {
  return route(declaration, handler, {
    ...kindOfUser(declaration),
    security: [{ user: [] }],
  });
}

function kindOfUser(
  declaration: { get?: string; bulk?: boolean; countsItself?: boolean },
): Kind {
  const requestClass = declaration.bulk
    ? "bulk"
    : declaration.get === undefined
    ? "write"
    : "read";
  return {
    security: [{ user: [], publishable: [] }],
    checksAccept: true,
    middleware: [
      requireUser(timeoutOf(declaration)),
      ...rateLimited(declaration.countsItself ? null : requestClass),
    ],
    problems: ["unauthenticated", "invalid_token"],
  };
}

/** A route for anybody, such as a monitor: it requires no credentials and ignores `Accept`. */
export function openRoute<
  P extends Schema = undefined,
  Q extends Schema = undefined,
  H extends Schema = undefined,
  B extends Schema = undefined,
>(
  declaration: Declaration<P, Q, H, B>,
  handler: Handler<P, Q, H, B>,
): Route {
  return route(declaration, handler, {
    security: [],
    checksAccept: false,
    middleware: [],
    problems: [],
  });
}

/** An answer larger than this is sent in pieces of this size: a Response would first copy the whole. */
const PIECE_BYTES = 256 * 1024;

/** A response of JSON text, which is sent as it is; its bytes if they are at hand. */
export function json(
  c: Context<Env>,
  text: string | Bytes,
  status: 200 | 201 | 207 = 200,
): Response {
  const bytes = typeof text === "string"
    ? new TextEncoder().encode(text)
    : text;
  const body = bytes.byteLength > PIECE_BYTES ? inPieces(bytes) : bytes;
  return c.body(body, status, {
    "Content-Type": "application/json",
    "Content-Length": String(bytes.byteLength),
  });
}

function inPieces(bytes: Bytes): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(bytes.subarray(sent, sent += PIECE_BYTES));
      if (sent >= bytes.byteLength) controller.close();
    },
  }, { highWaterMark: 0 });
}

function timeoutOf({ bulk }: { bulk?: boolean }): number {
  return bulk ? BULK_TIMEOUT_MS : DATABASE_TIMEOUT_MS;
}

/** What a kind of route adds to a declaration. */
interface Kind {
  security: Record<string, string[]>[];
  checksAccept: boolean;
  middleware: MiddlewareHandler<Env>[];
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
  const negotiates = kind.checksAccept &&
    Object.values(answers).some(([, schema]) => schema instanceof z.ZodType);

  const middleware = [
    ...(negotiates ? [acceptsJson] : []),
    ...kind.middleware,
    ...(body ? [jsonBody(body.maxBytes, body.optional ?? false)] : []),
    ...(declaration.stream ? [refuseEncoded] : []),
    ...(declaration.conditional ? [conditional] : []),
  ];
  const failures: ProblemCode[] = [
    ...kind.problems,
    ...(negotiates ? ["not_acceptable"] as const : []),
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
    ...(declaration.stream ? ["unsupported_media_type"] as const : []),
    "rate_limited",
    "internal",
    "unavailable",
    ...(declaration.problems ?? []),
  ];

  return {
    addTo(app, format) {
      app.openAPIRegistry.registerPath({
        method,
        path,
        operationId: declaration.operationId,
        tags: [declaration.tag],
        summary: declaration.summary,
        description: declaration.description,
        security: kind.security,
        // The schemas of a declaration are objects, which their types do not say.
        request: requestOf(declaration) as RouteConfig["request"],
        responses: {
          ...(declaration.conditional && conditionalResponse),
          ...failureResponses(app.openAPIRegistry, failures, format),
          ...Object.fromEntries(
            Object.entries(answers).map(([status, [description, schema]]) => [
              status,
              { description, ...(schema && { content: contentOf(schema) }) },
            ]),
          ),
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
          // What each schema returned stands in its place; the types of a record cannot say so.
          return await handler(c, parsed as unknown as Input<P, Q, H, B>);
        },
      );
    },
  };
}

/** Parses each place by its schema. The faults of all places make one problem. */
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

/** A parameter that is given twice becomes a list, which no schema accepts. */
function flat(queries: Record<string, string[]>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(queries).map((
      [key, values],
    ) => [key, values.length === 1 ? values[0] : values]),
  );
}

function requestOf(
  { params, query, headers, body, stream, conditional }: Declaration<
    Schema,
    Schema,
    Schema,
    Schema
  >,
) {
  return {
    params,
    query,
    headers: headers ?? (conditional ? ifNoneMatch : undefined),
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
