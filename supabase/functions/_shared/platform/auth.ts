/**
 * Who asks. Tokens are verified against the project's JWKS by `@supabase/server`, without a call over
 * the network. The clients made here are the only ones that handlers get.
 */
import { verifyAuth, verifyCredentials } from "@supabase/server/core";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { Problem } from "../problems/problem.ts";
import { adminClient, userClient } from "./database.ts";
import type { Env } from "./env.ts";

/** Supabase Auth's `aud` of a signed-in user. Keeps out project tokens of other roles. */
const AUDIENCE = "authenticated";

/**
 * Lets a signed-in user pass and sets `c.var.db`, which acts as that user under row level security,
 * `c.var.token` and `c.var.userId`.
 *
 * @throws {Problem} `unauthenticated` without a token, `invalid_token` with one that is expired,
 * unsigned, signed by another key, without `kid`, or not a user's.
 */
export function requireUser(timeoutMs: number) {
  return createMiddleware<Env>(async (c, next) => {
    const token = bearerToken(c.req.header("Authorization"));
    if (token === null) throw new Problem("unauthenticated");
    const { data: auth, error } = await verifyCredentials(
      { token, apikey: c.req.header("apikey") ?? null },
      { auth: "user", audience: AUDIENCE },
    );
    if (error) {
      throw new Problem(error.status >= 500 ? "internal" : "invalid_token", {
        cause: error,
      });
    }
    const { id, role } = auth.userClaims ?? {};
    if (id === undefined || role !== "authenticated") {
      throw new Problem("invalid_token");
    }
    c.set("userId", id);
    c.set("token", token);
    c.set("db", userClient(c, token, timeoutMs));
    await next();
  });
}

/**
 * Lets maintenance pass: a request with any of the project's secret keys in `apikey`. Sets `c.var.db`,
 * which acts with the secret key.
 *
 * @throws {Problem} `unauthenticated`
 */
export function requireSecret(timeoutMs: number) {
  return createMiddleware<Env>(async (c: Context<Env>, next) => {
    const { error } = await verifyAuth(c.req.raw, { auth: "secret:*" });
    if (error) {
      throw error.status >= 500
        ? new Problem("internal", { cause: error })
        : new Problem("unauthenticated", {
          detail:
            "This route requires one of the project's secret keys in the apikey header.",
          cause: error,
        });
    }
    c.set("db", adminClient(timeoutMs));
    await next();
  });
}

/** The token of an Authorization header, whose scheme may be in any case (RFC 9110, 11.1). */
function bearerToken(authorization: string | undefined): string | null {
  return /^bearer +(\S.*)$/i.exec(authorization ?? "")?.[1] ?? null;
}
