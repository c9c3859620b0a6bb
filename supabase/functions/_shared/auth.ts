/**
 * Who asks. Tokens are verified against the project's JWKS by `@supabase/server`, without a call
 * over the network. The clients made here are the only ones that handlers get.
 */
import type { AuthError } from "@supabase/server";
import {
  createAdminClient,
  createContextClient,
  verifyAuth,
  verifyCredentials,
} from "@supabase/server/core";
import { createMiddleware } from "hono/factory";
import { setMetric } from "hono/timing";
import type { Database } from "./database.types.ts";
import type { Db, Env } from "./env.ts";
import { Problem } from "./errors.ts";

/** Longer than any query should take, shorter than what a client waits for a 503. */
const DATABASE_TIMEOUT_MS = 4500;

/**
 * For what moves all rows of a conversation at once: a little longer than the statement_timeout of
 * those SQL functions, so that no answer is lost whose work is committed.
 */
export const BULK_TIMEOUT_MS = 65_000;

/** Supabase Auth's `aud` of a signed-in user. Keeps out project tokens of other roles. */
const AUDIENCE = "authenticated";

/**
 * Lets a signed-in user pass and sets `c.var.db`, which acts as that user under row level
 * security, and `c.var.userId`.
 *
 * @throws {Problem} `unauthenticated` without a token, `invalid_token` with one that is expired,
 * unsigned, signed by another key, without `kid`, or not a user's.
 */
export const requireUser = userWithin(DATABASE_TIMEOUT_MS);

/** {@link requireUser} for a route whose database call may take {@link BULK_TIMEOUT_MS}. */
export const requireUserForBulk = userWithin(BULK_TIMEOUT_MS);

function userWithin(timeoutMs: number) {
  return createMiddleware<Env>(async (c, next) => {
    const token = bearerToken(c.req.header("Authorization"));
    if (token === null) throw new Problem("unauthenticated");
    const { data: auth, error } = await verifyCredentials(
      { token, apikey: c.req.header("apikey") ?? null },
      { auth: "user", audience: AUDIENCE },
    );
    if (error) throw problemFromAuth(error);
    const { id, role } = auth.userClaims ?? {};
    if (id === undefined || role !== "authenticated") {
      throw new Problem("invalid_token");
    }

    c.set("userId", id);
    c.set("token", token);
    c.set(
      "db",
      createContextClient<Database>({
        auth: { token },
        supabaseOptions: {
          global: {
            fetch: timed(timeoutMs, (ms) => setMetric(c, "db", ms, "Database")),
          },
        },
      }),
    );
    await next();
  });
}

/**
 * Lets maintenance pass: a request with the project's secret key in `apikey`.
 *
 * @throws {Problem} `unauthenticated`
 */
export const requireSecret = createMiddleware<Env>(async (c, next) => {
  const { error } = await verifyAuth(c.req.raw, { auth: "secret" });
  if (error) {
    throw new Problem(
      error.status >= 500 ? "internal" : "unauthenticated",
      error.status >= 500
        ? undefined
        : "Send the project's secret key in apikey.",
      {},
      { cause: error },
    );
  }
  await next();
});

/** A client with the project's secret key. For health and maintenance, never for a user's route. */
export function adminClient(timeoutMs = DATABASE_TIMEOUT_MS): Db {
  return createAdminClient<Database>({
    supabaseOptions: { global: { fetch: timed(timeoutMs, () => {}) } },
  });
}

/** The token of an Authorization header, whose scheme may be in any case (RFC 9110, 11.1). */
function bearerToken(authorization: string | undefined): string | null {
  return /^bearer +(\S.*)$/i.exec(authorization ?? "")?.[1] ?? null;
}

function problemFromAuth(error: AuthError): Problem {
  const code = error.status >= 500 ? "internal" : "invalid_token";
  return new Problem(code, undefined, {}, { cause: error });
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
