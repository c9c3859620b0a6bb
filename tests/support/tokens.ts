/** Tokens that a project would not make: expired, of other keys, of other roles. */
import * as jose from "npm:jose@6.2.18";
import type { Actor } from "./actors.ts";

/** The access token that an actor's requests carry. */
export function tokenOf(actor: Pick<Actor, "headers">): string {
  return (actor.headers.Authorization ?? "").replace("Bearer ", "");
}

export function claimsOf(token: string): jose.JWTPayload {
  return jose.decodeJwt(token);
}

/** A token with exactly these claims, signed by an ES256 key with a `kid`. */
export async function signedWith(
  key: JsonWebKey & { kid: string },
  claims: jose.JWTPayload,
): Promise<string> {
  return await new jose.SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", kid: key.kid, typ: "JWT" })
    .sign(await jose.importJWK(key as jose.JWK, "ES256"));
}

/** The signing key of another project. */
export async function otherKey(): Promise<JsonWebKey & { kid: string }> {
  const { privateKey } = await jose.generateKeyPair("ES256", {
    extractable: true,
  });
  const jwk = await jose.exportJWK(privateKey);
  return { ...jwk, kid: crypto.randomUUID() } as JsonWebKey & { kid: string };
}
