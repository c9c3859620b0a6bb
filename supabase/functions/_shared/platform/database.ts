/** The only way to the database: calling one of the API's SQL functions as the caller. */
import type { Context } from "hono";
import { setMetric } from "hono/timing";
import type { Database } from "../generated/database.types.ts";
import type { Bytes } from "../http/bytes.ts";
import { databaseProblem } from "../problems/database_problem.ts";
import { stringBytes } from "../wire/json_bytes.ts";
import { type Credentials, secretCredentials } from "./credentials.ts";
import { type DataApiAnswer, type Db, get, post } from "./data_api.ts";
import { projectUrl, readUrl } from "./environment.ts";
import type { Env } from "./env.ts";

type Functions = Database["public"]["Functions"];
type Name = keyof Functions & string;
type Args<N extends Name> = Functions[N]["Args"];

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
export async function call<N extends Name>(
  c: Context<Env>,
  name: N,
  args: Args<N>,
): Promise<string> {
  return await callWith(c.var.db, name, args);
}

/**
 * {@link call} for answers of up to several megabytes: the bytes of the text, in the memory that they arrived in.
 */
export async function callForBytes<N extends Name>(
  c: Context<Env>,
  name: N,
  args: Args<N>,
): Promise<Bytes> {
  return stringBytes(bodyOf(await post(c.var.db, name, args)));
}

/**
 * {@link call} for what only reads, by GET: from a read replica or a load balancer in front of several, if
 * CONTINUUM_READ_URL names one. What it answers may be some seconds old. If it has no answer, because it is behind
 * what the arguments ask for, cancels the query in favour of replication, or is not there, the primary is asked. One
 * that was not there is left alone for a while.
 */
export async function read<N extends Name>(
  c: Context<Env>,
  name: N,
  args: Args<N>,
): Promise<string> {
  const body = await askReplica(c, name, args);
  return body === null ? await call(c, name, args) : textOf(body);
}

/** {@link read} for answers of up to several megabytes, as {@link callForBytes} is for those of {@link call}. */
export async function readForBytes<N extends Name>(
  c: Context<Env>,
  name: N,
  args: Args<N>,
): Promise<Bytes> {
  const body = await askReplica(c, name, args);
  return body === null ? await callForBytes(c, name, args) : stringBytes(body);
}

/** What the replica answers; null if there is none, or it has no answer. */
async function askReplica<N extends Name>(
  c: Context<Env>,
  name: N,
  args: Args<N>,
): Promise<Bytes | null> {
  const url = readUrl();
  if (url === undefined || Date.now() < replicaIsGoneUntil) return null;
  const replica: Db = {
    url,
    credentials: c.var.credentials,
    timeoutMs: REPLICA_TIMEOUT_MS,
    report: (ms) => setMetric(c, "replica", ms, "Read replica"),
  };
  const { body, error, status } = await get(replica, name, args);
  if (error !== null && (status === 0 || status >= 500)) {
    replicaIsGoneUntil = Date.now() + REPLICA_GONE_MS;
  }
  return body;
}

let replicaIsGoneUntil = 0;

/** {@link call} with a client other than the request's. */
export async function callWith<N extends Name>(
  db: Db,
  name: N,
  args: Args<N>,
): Promise<string> {
  return textOf(bodyOf(await post(db, name, args)));
}

/** @throws {Problem} */
function bodyOf({ body, error, status }: DataApiAnswer): Bytes {
  if (error !== null) throw databaseProblem(error, status);
  return body;
}

/** The text that a SQL function has returned; empty if it returns nothing, as remove_member does. */
function textOf(body: Bytes): string {
  if (body.byteLength === 0) return "";
  return JSON.parse(new TextDecoder().decode(body)) ?? "";
}

/** A client that acts as the caller whose `credentials` these are, and reports the time of each call. */
export function callersClient(
  c: Context<Env>,
  credentials: Credentials,
  timeoutMs: number,
): Db {
  return {
    url: projectUrl(),
    credentials,
    timeoutMs,
    report: (ms) => setMetric(c, "db", ms, "Database"),
  };
}

/** A client that acts as the caller of several requests, whose times are reported nowhere. */
export function sharedClient(credentials: Credentials): Db {
  return {
    url: projectUrl(),
    credentials,
    timeoutMs: DATABASE_TIMEOUT_MS,
    report: () => {},
  };
}

/** A client with a secret key of the project. For health and maintenance, never for the route of a user. */
export function adminClient(): Db {
  return sharedClient(secretCredentials());
}
