// JSON Web Tokens: the callers' (ES256, verified) and the service's own (HS256, in signed URLs).
// deno-lint-ignore no-import-prefix -- only the local stack uses it
import {
  importJWK,
  type JSONWebKeySet,
  jwtVerify,
  SignJWT,
} from "npm:jose@6.2.18";

export type { JSONWebKeySet };
export type Claims = Record<string, unknown>;

/**
 * Verifies a caller's access token. A token without `kid` is refused, as hosted projects sign with
 * one. Throws with jose's message, which the real service passes on (findJWKFromHeader in jwt.ts).
 */
export function createVerifier(
  jwks: JSONWebKeySet,
): (token: string) => Promise<Claims> {
  // The real service tries the project's old secret where no key fits; a stack has none.
  const secret = crypto.getRandomValues(new Uint8Array(32));
  return async (token) => {
    const { payload } = await jwtVerify(token, ({ alg, kid }) => {
      const kty = alg.startsWith("ES") ? "EC" : "RSA";
      const key = jwks.keys.find((key) =>
        kid !== undefined && key.kid === kid && key.kty === kty
      );
      return key === undefined ? secret : importJWK(key, alg);
    }, { algorithms: ["HS256", "ES256", "RS256"] });
    return payload;
  };
}

export interface Signer {
  /** A token over `claims` that ends `expiresIn` seconds from now. */
  sign(claims: Claims, expiresIn: number): Promise<string>;
  /** The claims, or a throw with jose's message. */
  verify(token: string): Promise<Claims>;
}

export function createSigner(secret: string): Signer {
  const key = new TextEncoder().encode(secret);
  return {
    sign: (claims, expiresIn) => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT(claims).setProtectedHeader({
        alg: "HS256",
        typ: "JWT",
      })
        .setIssuedAt(now).setExpirationTime(now + expiresIn).sign(key);
    },
    verify: async (token) =>
      (await jwtVerify(token, key, { algorithms: ["HS256"] })).payload,
  };
}
