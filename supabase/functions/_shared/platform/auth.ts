/**
 * Who is calling. `@supabase/server` verifies tokens against the project's signing keys, without a call to Auth
 * for each. Handlers get no other clients than those that are made here.
 */
import type { JwksFetchFailedError } from "@supabase/server";
import { verifyAuth, verifyCredentials } from "@supabase/server/core";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { Problem } from "../problems/problem.ts";
import { secretCredentials, userCredentials } from "./credentials.ts";
import { callersClient } from "./database.ts";
import type { Env } from "./env.ts";
import { signingKeysUrl } from "./signing_keys.ts";
import { rememberVerified, userOfVerified } from "./verified_tokens.ts";

/** The `aud` that Supabase Auth gives to signed-in users. It keeps out the project's tokens for other roles. */
const AUDIENCE = "authenticated";

/**
 * Admits a signed-in user and sets `c.var.db`, which acts as that user under row level security,
 * `c.var.token` and `c.var.userId`.
 *
 * @throws {Problem} `unauthenticated` without a token; `invalid_token` if it is expired, unsigned, signed with
 * another key, without `kid`, or not a user's; `unavailable` if the signing keys cannot be read from Auth.
 */
export function requireUser(timeoutMs: number) {
  return createMiddleware<Env>(async (c, next) => {
    const token = bearerToken(c.req.header("Authorization"));
    if (token === null) throw new Problem("unauthenticated");
    c.set("userId", userOfVerified(token) ?? await verifiedUser(token));
    c.set("token", token);
    c.set("credentials", userCredentials(token));
    c.set("db", callersClient(c, c.var.credentials, timeoutMs));
    await next();
  });
}

async function verifiedUser(token: string): Promise<string> {
  const { data: auth, error } = await verifyCredentials(
    { token, apikey: null },
    { auth: "user", audience: AUDIENCE, env: { jwks: signingKeysUrl() } },
  );
  if (error) throw new Problem(codeOf(error), { cause: error });
  const { id, role } = auth.userClaims ?? {};
  if (id === undefined || role !== "authenticated") {
    throw new Problem("invalid_token");
  }
  rememberVerified(token, id, auth.jwtClaims?.exp ?? 0);
  return id;
}

/**
 * Admits a request with any of the project's secret keys in `apikey`, and sets `c.var.db`, which acts with that
 * key.
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
    // The caller's own key: while keys are rotated, another one in the environment may have been revoked.
    c.set("credentials", secretCredentials(c.req.header("apikey")));
    c.set("db", callersClient(c, c.var.credentials, timeoutMs));
    await next();
  });
}

/** Not imported as a value: that would load supabase-js, of which the functions use only one part. */
const JWKS_FETCH_FAILED: typeof JwksFetchFailedError = "JWKS_FETCH_FAILED";

function codeOf({ code, status }: { code: string; status: number }) {
  if (code === JWKS_FETCH_FAILED) return "unavailable";
  return status >= 500 ? "internal" : "invalid_token";
}

/** The token of an Authorization header, whose scheme may be in any case (RFC 9110, 11.1). */
function bearerToken(authorization: string | undefined): string | null {
  return /^bearer +(\S.*)$/i.exec(authorization ?? "")?.[1] ?? null;
}
