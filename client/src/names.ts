/** Generated names, and keys of requests. */

/** 128 random bits as text. Unlike crypto.randomUUID, this also works on pages without HTTPS. */
export function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

/**
 * The value of an Idempotency-Key header: a string of RFC 8941.
 *
 * @throws {TypeError} if the key cannot be sent in a header.
 */
export function keyHeader(key: string): string {
  if (!/^[ -~]{1,255}$/.test(key)) {
    throw new TypeError(
      "idempotencyKey must be 1 to 255 characters of printable ASCII.",
    );
  }
  return `"${key.replace(/["\\]/g, "\\$&")}"`;
}
