/** Reads when an access token expires. */
import { Buffer } from "node:buffer";

/** The `exp` claim of a JWT in seconds, or null. Does not verify the token. */
export function expiryOf(token: string): number | null {
  try {
    const { exp } = JSON.parse(
      Buffer.from(token.split(".")[1] ?? "", "base64url").toString(),
    );
    return typeof exp === "number" ? exp : null;
  } catch {
    return null;
  }
}

export function hasExpired(token: string): boolean {
  const expiry = expiryOf(token);
  return expiry !== null && expiry * 1000 <= Date.now();
}
