/**
 * The Data API: the SQL functions of the exposed schema by HTTP, as PostgREST 14 serves them. What is left
 * out, such as tables, is answered with PGRST127.
 */
import type { Claims } from "../keys.ts";
import { answer } from "./answer.ts";
import { readCall } from "./arguments.ts";
import { callStatement, resultOf } from "./call.ts";
import { databaseError } from "./database_errors.ts";
import { DataApiError, notImplemented, pgrst } from "./errors.ts";
import { negotiate } from "./media.ts";
import { Pool } from "./pool.ts";
import { type Preferences, readPreferences } from "./preferences.ts";
import { closest, findRoutine, type Routine, type Wanted } from "./routines.ts";
import {
  EXPOSED,
  openSchemaCache,
  type Schema,
  type SchemaCache,
} from "./schema_cache.ts";
import type { Row } from "./pipeline.ts";
import { roleOf, settingsStatement } from "./settings.ts";

export interface DataApi {
  /**
   * Answers a request of the caller whose verified claims are given. Never throws.
   *
   * @param path comes after `/rest/v1`, without the query.
   */
  fetch(request: Request, path: string, claims: Claims): Promise<Response>;
  close(): Promise<void>;
}

/**
 * @param dbUrl connects as a role that may become the roles of the callers.
 * @param options.listens is false for a read replica, where nobody can listen for changes of the schema.
 */
export async function openDataApi(
  dbUrl: string,
  { listens = true } = {},
): Promise<DataApi> {
  const pool = new Pool(dbUrl);
  const cache = await openSchemaCache(dbUrl, listens);
  return {
    async fetch(request, path, claims) {
      try {
        const response = await route({ request, path, claims, pool, cache });
        return withProfile(request, response);
      } catch (error) {
        return databaseError(error, roleOf(claims)).toResponse();
      }
    },
    async close() {
      await Promise.all([pool.close(), cache.close()]);
    },
  };
}

/** A request and what it is answered with. */
interface Context {
  request: Request;
  path: string;
  claims: Claims;
  pool: Pool;
  cache: SchemaCache;
}

async function route(context: Context): Promise<Response> {
  const { request, path } = context;
  const profile = request.headers.get(profileHeader(request));
  if (profile !== null && profile !== EXPOSED) {
    const hint = `Only the following schemas are exposed: ${EXPOSED}`;
    throw pgrst("PGRST106", profile, { hint });
  }
  const [first = "", second, ...more] = partsOf(path);
  if (first === "rpc" && second && more.length === 0) {
    return await callRoutine(context, second);
  }
  if (second !== undefined) throw pgrst("PGRST125");
  // As with openapi-mode=disabled: the clients of functions need no description.
  if (first === "") throw pgrst("PGRST126");
  return await refuseTable(context, first);
}

function partsOf(path: string): string[] {
  try {
    return path.split("/").slice(1).map(decodeURIComponent);
  } catch {
    throw pgrst("PGRST125");
  }
}

/** https://docs.postgrest.org/en/v14/references/api/schemas.html */
function profileHeader({ method }: Request): string {
  return ["GET", "HEAD"].includes(method)
    ? "Accept-Profile"
    : "Content-Profile";
}

/** Tells a client that names its schema which one it got. */
function withProfile(request: Request, response: Response): Response {
  const profile = request.headers.get(profileHeader(request));
  if (profile !== null && response.ok) {
    response.headers.set("Content-Profile", profile);
  }
  return response;
}

async function callRoutine(context: Context, name: string): Promise<Response> {
  const { request } = context;
  const { method } = request;
  if (!["GET", "HEAD", "POST", "OPTIONS"].includes(method)) {
    throw pgrst("PGRST101", method);
  }
  const preferences = readPreferences(request.headers.get("Prefer"));
  const query = new URL(request.url).searchParams;
  const call = await readCall(request, query);
  const { keys } = call.arguments;
  const wanted: Wanted = { name, keys, bodyType: call.bodyType };
  const [routine, schema] = await lookUp(
    context.cache,
    (schema) => findRoutine(schema, wanted),
  );
  if (method === "OPTIONS") return allowed(routine);

  const media = negotiate(request.headers.get("Accept"), routine);
  const statement = callStatement(routine, call, media, preferences.counts);
  const { timezone, applied } = preferences;
  const { path, claims } = context;
  const settings = settingsStatement(
    request,
    path,
    claims,
    schema,
    routine,
    timezone,
  );
  const row = await context.pool.use((session) =>
    session.transaction(
      [settings, statement],
      checkOf(routine, media.kind === "object", preferences),
    )
  );
  return answer(method, routine, media, resultOf(row), applied);
}

/** What keeps a transaction from being committed though its function has succeeded, if anything can. */
function checkOf(
  { returnsSet }: Routine,
  isSingular: boolean,
  { maxAffected }: Preferences,
): ((row: Row) => void) | undefined {
  if (maxAffected !== null && !returnsSet) throw pgrst("PGRST128");
  if (!returnsSet || (!isSingular && maxAffected === null)) return undefined;
  return (row) => {
    const { rows } = resultOf(row);
    if (isSingular && rows !== 1) {
      const details = `The result contains ${rows} rows`;
      throw pgrst("PGRST116", "", { details });
    }
    if (maxAffected !== null && rows > maxAffected) {
      const details = `The query affects ${rows} rows`;
      throw pgrst("PGRST124", "", { details });
    }
  };
}

/** https://docs.postgrest.org/en/v14/references/api/options.html */
function allowed({ isVolatile }: Routine): Response {
  const Allow = isVolatile ? "OPTIONS,POST" : "OPTIONS,GET,HEAD,POST";
  return new Response(null, { headers: { Allow } });
}

/** What is not found may have been made since the schema was read, so it is looked up once more. */
async function lookUp<T>(
  cache: SchemaCache,
  find: (schema: Schema) => T,
): Promise<[found: T, schema: Schema]> {
  const schema = await cache.current();
  try {
    return [find(schema), schema];
  } catch (error) {
    if (!(error instanceof DataApiError)) throw error;
    await cache.reload().catch(() => {
      throw pgrst("PGRST002");
    });
    const fresh = await cache.current();
    return [find(fresh), fresh];
  }
}

async function refuseTable(
  { cache }: Context,
  name: string,
): Promise<Response> {
  await lookUp(cache, ({ tables }) => {
    if (tables.includes(name)) return;
    const close = closest(name, tables);
    throw pgrst("PGRST205", `${EXPOSED}.${name}`, {
      hint: close && `Perhaps you meant the table '${EXPOSED}.${close}'`,
    });
  });
  throw notImplemented("tables and views, only functions");
}
