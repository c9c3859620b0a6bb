/** When an access token ends. */
import { Buffer } from "node:buffer";

/** `exp` of a JWT, in seconds; null if it has none. The token is not verified here. */
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
