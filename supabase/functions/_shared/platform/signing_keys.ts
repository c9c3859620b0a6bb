/** The public keys that verify access tokens: SUPABASE_JWKS, or what Auth publishes if that is not set. */
import { z } from "@hono/zod-openapi";
import { projectUrl, requiredVariable, variable } from "./environment.ts";

/** How long health waits for Auth, in milliseconds. */
const AUTH_TIMEOUT_MS = 2000;

/** Other members of a key are for the library that verifies tokens. */
const Keys = z.array(
  z.object({ kid: z.string().optional(), kty: z.string().optional() }),
);

/** `@supabase/server` takes a bare array as well. */
const Jwks = z.union([z.object({ keys: Keys }), Keys]);

/**
 * Where Auth publishes the keys; undefined if the environment has them.
 *
 * `@supabase/server` would find the URL itself, but refuses plain http to another host. Functions of a
 * self-hosted project and of `supabase start` reach Auth at `http://kong:8000`, over the same private network
 * that they send access tokens and the secret key to, so reading keys from there adds no party to trust.
 */
export function signingKeysUrl(): URL | undefined {
  if (variable("SUPABASE_JWKS") || variable("SUPABASE_JWKS_URL")) {
    return undefined;
  }
  return new URL(`${projectUrl()}/auth/v1/.well-known/jwks.json`);
}

/**
 * The asymmetric keys that have an id, which every token must name; null if they cannot be read. Functions of a
 * self-hosted project and of `supabase start` find the legacy secret among the keys.
 */
export async function readSigningKeys(): Promise<unknown[] | null> {
  const text = variable("SUPABASE_JWKS") ?? await fetchKeys();
  try {
    const jwks = Jwks.parse(JSON.parse(text));
    const keys = Array.isArray(jwks) ? jwks : jwks.keys;
    return keys.filter(({ kid, kty }) => kid !== undefined && kty !== "oct");
  } catch {
    return null;
  }
}

async function fetchKeys(): Promise<string> {
  const url = signingKeysUrl() ?? requiredVariable("SUPABASE_JWKS_URL");
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(AUTH_TIMEOUT_MS),
    });
    return await response.text();
  } catch {
    return "";
  }
}
