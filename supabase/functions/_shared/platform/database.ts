/** The one way to ask the database: a SQL function of the API, called in the caller's name. */
import { createAdminClient, createContextClient } from "@supabase/server/core";
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Context } from "hono";
import { setMetric } from "hono/timing";
import type { Database } from "../generated/database.types.ts";
import { databaseProblem } from "../problems/database_problem.ts";
import { keyName, keysOf } from "./environment.ts";
import type { Env } from "./env.ts";

/** A supabase-js client that knows the schema. */
export type Db = SupabaseClient<Database>;

type Functions = Database["public"]["Functions"];

/** Longer than any query should take, shorter than what a client waits for a 503. */
export const DATABASE_TIMEOUT_MS = 4500;

/**
 * For what moves all rows of a conversation at once: a little longer than the statement_timeout of
 * those SQL functions, so that no answer is lost whose work is committed.
 */
export const BULK_TIMEOUT_MS = 65_000;

/**
 * Calls a SQL function as the caller, or with the secret key on a maintenance route, and gives back the
 * JSON text that it answers. The text is the wire format: it is passed on and never serialised anew,
 * since JavaScript would round numbers and move members.
 *
 * @throws {Problem} what the database raised, `unavailable`, `rate_limited`, or `internal`.
 */
export async function call<Name extends keyof Functions & string>(
  c: Context<Env>,
  name: Name,
  args: Functions[Name]["Args"],
): Promise<string> {
  return await callWith(c.var.db, name, args);
}

/** {@link call} with a client that is not the request's. */
export async function callWith<Name extends keyof Functions & string>(
  db: Db,
  name: Name,
  args: Functions[Name]["Args"],
): Promise<string> {
  const { data, error, status } = await db.rpc(name, args);
  if (error) throw databaseProblem(error, status);
  return typeof data === "string" ? data : JSON.stringify(data ?? null);
}

/** A client that acts as the user of a token, under row level security. */
export function userClient(
  c: Context<Env>,
  token: string,
  timeoutMs: number,
): Db {
  return createContextClient<Database>({
    auth: { token },
    supabaseOptions: {
      global: {
        fetch: timed(timeoutMs, (ms) => setMetric(c, "db", ms, "Database")),
      },
    },
  });
}

/** A client with the project's secret key. For health and maintenance, never for a user's route. */
export function adminClient(timeoutMs = DATABASE_TIMEOUT_MS): Db {
  return createAdminClient<Database>({
    auth: { keyName: keyName(keysOf("SUPABASE_SECRET_KEYS")) },
    supabaseOptions: { global: { fetch: timed(timeoutMs, () => {}) } },
  });
}

/** fetch that gives up in time and reports how long the answer took, in milliseconds. */
function timed(
  timeoutMs: number,
  report: (ms: number) => void,
): typeof fetch {
  return async (input, init) => {
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
