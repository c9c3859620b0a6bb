/** The keys of a local stack: the CLI's well-known publishable key, and a signing key of its own. */
import * as jose from "npm:jose@6.2.18";
import { StackError } from "./config.ts";

/** The default of `supabase start`. It allows only what an anonymous visitor may do. */
export const PUBLISHABLE_KEY = "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH";

/** What Auth inside the gateway signs with; it never leaves the process. */
export const INNER_SECRET = randomText(32);

export type Claims = jose.JWTPayload;

/** How many tokens are remembered, so that a signature is verified once: it takes half a millisecond. */
const REMEMBERED = 1000;

/** The stack's ES256 key: what a hosted project signs its users' tokens with. */
export interface SigningKey {
  /** The public halves of all keys whose tokens are taken, as Auth publishes them. */
  jwks: jose.JSONWebKeySet;
  /** The key itself, for programs that sign in the stack's name: tests. */
  privateJwk: jose.JWK;
  /** Signs `claims` as they are; `exp` and the like are the caller's. */
  sign(claims: Claims): Promise<string>;
  /** The claims of a token of one of the keys. Throws jose's errors for any other. */
  verify(token: string): Promise<Claims>;
}

/** A new key, as it is kept. */
export async function newPrivateJwk(): Promise<jose.JWK> {
  const { privateKey } = await jose.generateKeyPair("ES256", {
    extractable: true,
  });
  return { ...await jose.exportJWK(privateKey), kid: crypto.randomUUID() };
}

/**
 * A key from its private JWK, which must have a `kid`.
 *
 * @param others public keys whose tokens are taken too: those of an Auth that is elsewhere.
 */
export async function signingKey(
  privateJwk: jose.JWK,
  others: jose.JWK[] = [],
): Promise<SigningKey> {
  const { d: _private, ...publicJwk } = privateJwk;
  const kid = privateJwk.kid ?? "";
  const jwks = {
    keys: [{ ...publicJwk, kid, alg: "ES256", use: "sig" }, ...others],
  };
  const key = await jose.importJWK(privateJwk, "ES256");
  const keySet = jose.createLocalJWKSet(jwks);
  const verified = new Map<string, Claims>();
  return {
    jwks,
    privateJwk,
    sign: (claims) =>
      new jose.SignJWT(claims).setProtectedHeader({
        alg: "ES256",
        kid,
        typ: "JWT",
      }).sign(key),
    verify: async (token) => {
      const known = verified.get(token);
      if ((known?.exp ?? 0) * 1000 > Date.now()) return { ...known };
      const { payload, protectedHeader } = await jose.jwtVerify(token, keySet, {
        algorithms: ["ES256", "RS256", "EdDSA"],
      });
      // The functions' library asks for one, too.
      if (protectedHeader.kid === undefined) throw new Error("no kid");
      if (verified.size >= REMEMBERED) verified.clear();
      verified.set(token, payload);
      return payload;
    },
  };
}

/**
 * The public keys of an Auth that is elsewhere, such as `http://127.0.0.1:9999`.
 *
 * @throws {StackError} where it has none.
 */
export async function publicKeysOf(authUrl: string): Promise<jose.JWK[]> {
  try {
    const response = await fetch(`${authUrl}/.well-known/jwks.json`, {
      signal: AbortSignal.timeout(5000),
    });
    const { keys } = await response.json();
    if (Array.isArray(keys) && keys.length > 0) return keys;
  } catch {
    // Reported below.
  }
  throw new StackError(
    `LOCAL_AUTH_URL is ${authUrl}, which publishes no signing keys: check it, or unset it.`,
  );
}

/** A token as Auth inside the gateway understands it. */
export function signInner(claims: Claims): Promise<string> {
  return new jose.SignJWT(claims).setProtectedHeader({
    alg: "HS256",
    typ: "JWT",
  })
    .sign(new TextEncoder().encode(INNER_SECRET));
}

/** Letters, digits, `-` and `_`: nothing that a URL or SQL would need escaped. */
export function randomText(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The claims of a token that Auth has just made, for signing anew. */
export function claimsOf(token: string): Claims {
  return jose.decodeJwt(token);
}

/** Whether `error` says that a token was right once. */
export function isExpired(error: unknown): boolean {
  return error instanceof jose.errors.JWTExpired;
}
