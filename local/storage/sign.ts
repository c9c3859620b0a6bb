// Signed URLs: a token bound to one object and to one direction, down or up.
import { jwtVerify, SignJWT } from "npm:jose@6.2.18";
import type { Claims } from "../keys.ts";
import type { Deps, Name } from "./context.ts";
import { failure } from "./errors.ts";

/** How long a signed upload URL lasts on a hosted project, in seconds. */
const UPLOAD_SECONDS = 2 * 60 * 60;

type Scope = "download" | "upload";

/** Makes and reads the tokens in signed URLs. */
export interface Signer {
  /** A token over `claims` that ends `expiresIn` seconds from now. */
  sign(claims: Claims, expiresIn: number): Promise<string>;
  /** The claims, or a throw with jose's message. */
  verify(token: string): Promise<Claims>;
}

export function createSigner(secret: string): Signer {
  const key = new TextEncoder().encode(secret);
  return {
    sign: (claims, expiresIn) =>
      new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setIssuedAt().setExpirationTime(`${expiresIn}s`).sign(key),
    verify: async (token) =>
      (await jwtVerify(token, key, { algorithms: ["HS256"] })).payload,
  };
}

export async function signDownload(
  { signer }: Deps,
  { bucket, key }: Name,
  expiresIn: number,
): Promise<string> {
  const url = `${bucket}/${key}`;
  const token = await signer.sign({ url, scope: "download" }, expiresIn);
  return `/object/sign/${url}?token=${token}`;
}

export async function signUpload(
  { signer }: Deps,
  { bucket, key, owner, upsert }: Name & {
    owner: string | undefined;
    upsert: boolean;
  },
): Promise<{ url: string; token: string }> {
  const url = `${bucket}/${key}`;
  const token = await signer.sign(
    { owner, upsert, url, scope: "upload" },
    UPLOAD_SECONDS,
  );
  return { url: `/object/upload/sign/${url}?token=${token}`, token };
}

/** The claims of a token made for exactly this object and scope. */
export async function verifySignature(
  { signer }: Deps,
  token: string | null,
  { bucket, key }: Name,
  scope: Scope,
): Promise<Claims> {
  if (!token) {
    throw failure(
      "invalidBody",
      "querystring must have required property 'token'",
    );
  }
  const claims = await signer.verify(token).catch((error) => {
    throw failure(
      "invalidJwt",
      error instanceof Error ? error.message : "Invalid JWT",
    );
  });
  if (claims.scope !== scope) {
    throw failure("invalidSignature", `Token is not scoped for ${scope}`);
  }
  if (claims.url !== `${bucket}/${key}`) {
    throw failure("invalidSignature", "Invalid signature");
  }
  return claims;
}
