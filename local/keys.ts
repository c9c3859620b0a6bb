/** The keys of a local stack: the CLI's well-known API keys, and a signing key of its own. */
import * as jose from "npm:jose@6.2.18";
import { join } from "./paths.ts";

/** The defaults of `supabase start`: known to everybody, and worth nothing elsewhere. */
export const PUBLISHABLE_KEY = "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH";
export const SECRET_KEY = "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz";

/** What the Auth and Data API inside the gateway sign with; never leaves the process. */
export const INNER_SECRET =
  "super-secret-jwt-token-with-at-least-32-characters-long";

export type Claims = jose.JWTPayload;

/** The stack's ES256 key: what a hosted project signs its users' tokens with. */
export interface SigningKey {
  /** The public half, as Auth publishes it. */
  jwks: jose.JSONWebKeySet;
  /** Signs `claims` as they are; `exp` and the like are the caller's. */
  sign(claims: Claims): Promise<string>;
  /** The claims of a token of this key. Throws jose's errors for any other. */
  verify(token: string): Promise<Claims>;
}

/** Reads the key of a data folder, made on first use and readable by its owner alone. */
export async function loadSigningKey(dataDir: string): Promise<SigningKey> {
  const path = join(dataDir, "signing-key.json");
  let jwk: jose.JWK;
  try {
    jwk = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const { privateKey } = await jose.generateKeyPair("ES256", {
      extractable: true,
    });
    jwk = { ...await jose.exportJWK(privateKey), kid: crypto.randomUUID() };
    await Deno.writeTextFile(path, JSON.stringify(jwk), { mode: 0o600 });
  }
  return await signingKey(jwk);
}

/** A key from its private JWK, which must have a `kid`. */
export async function signingKey(privateJwk: jose.JWK): Promise<SigningKey> {
  const { d: _private, ...publicJwk } = privateJwk;
  const kid = privateJwk.kid ?? "";
  const jwks = { keys: [{ ...publicJwk, kid, alg: "ES256", use: "sig" }] };
  const key = await jose.importJWK(privateJwk, "ES256");
  const keySet = jose.createLocalJWKSet(jwks);
  return {
    jwks,
    sign: (claims) =>
      new jose.SignJWT(claims).setProtectedHeader({
        alg: "ES256",
        kid,
        typ: "JWT",
      }).sign(key),
    verify: async (token) =>
      (await jose.jwtVerify(token, keySet, { algorithms: ["ES256"] })).payload,
  };
}

/** A token as the Auth and Data API inside the gateway understand it. */
export function signInner(claims: Claims): Promise<string> {
  return new jose.SignJWT(claims).setProtectedHeader({
    alg: "HS256",
    typ: "JWT",
  })
    .sign(new TextEncoder().encode(INNER_SECRET));
}

/** The claims of a token that Auth has just made, for signing anew. */
export function claimsOf(token: string): Claims {
  return jose.decodeJwt(token);
}

/** Whether `error` says that a token was right once. */
export function isExpired(error: unknown): boolean {
  return error instanceof jose.errors.JWTExpired;
}
