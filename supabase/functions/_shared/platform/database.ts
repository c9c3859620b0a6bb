/** The only way to the database: calling one of the API's SQL functions as the caller. */
import { PostgrestClient } from "@supabase/postgrest-js";
import type { Context } from "hono";
import { setMetric } from "hono/timing";
import type { Database } from "../generated/database.types.ts";
import { databaseProblem } from "../problems/database_problem.ts";
import { type Credentials, secretCredentials } from "./credentials.ts";
import { projectUrl, readUrl } from "./environment.ts";
import type { Env } from "./env.ts";

/**
 * The part of supabase-js that calls SQL functions. The rest of it would be made for each request, and loaded at
 * each cold start, for nothing.
 */
export type Db = PostgrestClient<Database>;

type Functions = Database["public"]["Functions"];

/** Longer than any query should take, but shorter than a client waits for a 503. In milliseconds. */
export const DATABASE_TIMEOUT_MS = 4500;

/** How long a replica may take. After that, the primary still has time to answer. In milliseconds. */
const REPLICA_TIMEOUT_MS = 2000;

/** Otherwise each read would wait for a replica that hangs. In milliseconds. */
const REPLICA_GONE_MS = 5000;

/**
 * For SQL functions that handle every row of a conversation. A little longer than their statement_timeout, so
 * that the answer of work that was committed is not lost. In milliseconds.
 */
export const BULK_TIMEOUT_MS = 65_000;

/**
 * Calls a SQL function as the caller, or with the secret key on a maintenance route, and returns its JSON text.
 * The text is what the client gets. Do not serialise it again: JavaScript would round numbers and reorder
 * members.
 *
 * @throws {Problem} the problem that the database raised, or `unavailable`, `rate_limited` or `internal`.
 */
export async function call<Name extends keyof Functions & string>(
  c: Context<Env>,
  name: Name,
  args: Functions[Name]["Args"],
): Promise<string> {
  return await callWith(c.var.db, name, args);
}

/**
 * {@link call} for what only reads, by GET: from a read replica or a load balancer in front of several, if
 * CONTINUUM_READ_URL names one. What it answers may be some seconds old. If it has no answer, because it is behind
 * what the arguments ask for, cancels the query in favour of replication, or is not there, the primary is asked. One
 * that was not there is left alone for a while.
 */
export async function read<Name extends keyof Functions & string>(
  c: Context<Env>,
  name: Name,
  args: Functions[Name]["Args"],
): Promise<string> {
  const url = readUrl();
  if (url === undefined || Date.now() < replicaIsGoneUntil) {
    return await call(c, name, args);
  }
  const replica = client(
    c.var.credentials,
    REPLICA_TIMEOUT_MS,
    (ms) => setMetric(c, "replica", ms, "Read replica"),
    url,
  );
  const { data, error, status } = await replica.rpc(name, args, { get: true });
  if (!error) return data;
  if (status === 0 || status >= 500) {
    replicaIsGoneUntil = Date.now() + REPLICA_GONE_MS;
  }
  return await call(c, name, args);
}

let replicaIsGoneUntil = 0;

/** {@link call} with a client other than the request's. */
export async function callWith<Name extends keyof Functions & string>(
  db: Db,
  name: Name,
  args: Functions[Name]["Args"],
): Promise<string> {
  const { data, error, status } = await db.rpc(name, args);
  if (error) throw databaseProblem(error, status);
  // remove_member and the like answer nothing.
  return data ?? "";
}

/** A client that acts as the caller whose `credentials` these are, and reports the time of each call. */
export function callersClient(
  c: Context<Env>,
  credentials: Credentials,
  timeoutMs: number,
): Db {
  return client(
    credentials,
    timeoutMs,
    (ms) => setMetric(c, "db", ms, "Database"),
  );
}

/** A client that acts as the caller of several requests, whose times are reported nowhere. */
export function sharedClient(credentials: Credentials): Db {
  return client(credentials, DATABASE_TIMEOUT_MS, () => {});
}

/** A client with a secret key of the project. For health and maintenance, never for the route of a user. */
export function adminClient(timeoutMs = DATABASE_TIMEOUT_MS): Db {
  return client(secretCredentials(), timeoutMs, () => {});
}

function client(
  credentials: Credentials,
  timeoutMs: number,
  report: (ms: number) => void,
  url = projectUrl(),
): Db {
  return new PostgrestClient<Database>(
    `${url}/rest/v1`,
    {
      headers: { ...credentials },
      fetch: timed(timeoutMs, report),
      // A GET would be repeated after seconds, for which nobody waits.
      retry: false,
    },
  );
}

/** A fetch that gives up after `timeoutMs`, and reports how many milliseconds the response took. */
function timed(
  timeoutMs: number,
  report: (ms: number) => void,
): typeof fetch {
  return async (
    input: URL | RequestInfo,
    init?: { signal?: AbortSignal | null },
  ) => {
    const startedAt = performance.now();
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit;
    try {
      return await fetch(input, { ...init, signal });
    } finally {
      report(performance.now() - startedAt);
    }
  };
}
