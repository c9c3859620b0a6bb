/**
 * Verified access tokens, remembered for a short while: a client sends the same one with each request, and
 * verifying its signature takes longer than most other steps of a request.
 *
 * A remembered token counts as verified until it expires, or for a minute, whichever is first. So a signing key
 * that is revoked is refused a minute later at most. That an account is deleted is noticed at once, since every
 * SQL function looks.
 */

/** How long a token is remembered, in milliseconds. */
const REMEMBERED_MS = 60_000;

/** Bounds the memory: a token has 1 or 2 kB. The oldest one is forgotten first. */
const MAX_TOKENS = 500;

interface Verified {
  userId: string;
  /** Milliseconds since the epoch. */
  until: number;
}

const remembered = new Map<string, Verified>();

/** The user of a token that was verified a short while ago; null if it has to be verified. */
export function userOfVerified(token: string): string | null {
  const known = remembered.get(token);
  if (known === undefined) return null;
  if (known.until > Date.now()) return known.userId;
  remembered.delete(token);
  return null;
}

/**
 * Remembers a token that was just verified.
 *
 * @param expiresAt when it expires, in seconds since the epoch.
 */
export function rememberVerified(
  token: string,
  userId: string,
  expiresAt: number,
): void {
  const until = Math.min(expiresAt * 1000, Date.now() + REMEMBERED_MS);
  remembered.delete(token);
  remembered.set(token, { userId, until });
  const [oldest] = remembered.keys();
  if (remembered.size > MAX_TOKENS && oldest !== undefined) {
    remembered.delete(oldest);
  }
}
