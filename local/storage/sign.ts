// Signed URLs: a token bound to one object and to one direction, down or up.
import { service } from "./caller.ts";
import type { Deps } from "./context.ts";
import { failure } from "./errors.ts";
import { findObject } from "./rows.ts";
import type { Claims } from "./tokens.ts";

/** How long a signed upload URL lasts on a hosted project, in seconds. */
const UPLOAD_SECONDS = 2 * 60 * 60;

export type Scope = "download" | "upload";

export async function signDownload(
  { signer }: Deps,
  bucket: string,
  key: string,
  expiresIn: number,
): Promise<string> {
  const url = `${bucket}/${key}`;
  return `/object/sign/${url}?token=${await signer.sign({
    url,
    scope: "download",
  }, expiresIn)}`;
}

export async function signUpload(
  { signer }: Deps,
  bucket: string,
  key: string,
  claims: { owner: string | undefined; upsert: boolean },
): Promise<{ url: string; token: string }> {
  const url = `${bucket}/${key}`;
  const token = await signer.sign(
    { ...claims, url, scope: "upload" },
    UPLOAD_SECONDS,
  );
  return { url: `/object/upload/sign/${url}?token=${token}`, token };
}

/** The claims of a token made for exactly this object and scope. */
export async function verifySignature(
  { signer }: Deps,
  token: string | null | undefined,
  bucket: string,
  key: string,
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

/** The row that a signed URL leads to. The token was the permission; no policy is asked. */
export function findSigned(
  { db }: Deps,
  request: Request,
  bucket: string,
  key: string,
) {
  return db.as(
    service(request),
    "storage.object.get_signed",
    (sql) => findObject(sql, bucket, key),
  );
}
