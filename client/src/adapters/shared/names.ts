/** Names of conversations and messages that are made of a framework's own ids. */

/** The most characters that the API takes in a continuation id or a client_id. */
const MOST = 255;

/** The name of a conversation: the ids as segments of a path, or their hash if they are too long. */
export async function nameOf(
  prefix: string,
  ids: readonly string[],
): Promise<string> {
  const name = prefix + ids.map(segmentOf).join("/");
  // No segment begins with ~~, so that a hash is never the name of anything else.
  return name.length <= MOST ? name : `${prefix}~~${await sha256(name)}`;
}

/** An id as ASCII, different for each id. Other characters are written as their numbers. */
function segmentOf(id: string): string {
  return id.replace(
    /[^A-Za-z0-9_.:@=+,-]/gu,
    (character) => `~${character.codePointAt(0)!.toString(16)}~`,
  );
}

/** The SHA-256 of a text's UTF-8, in hexadecimal digits. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(text),
  );
  return Array.from(
    new Uint8Array(digest),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
}

/**
 * A UUID (version 8, RFC 9562) that is different for each text. A message with such a `client_id` is read by it like by
 * its own id.
 */
export async function uuidOf(text: string): Promise<string> {
  const digits = await sha256(text);
  const variant = "89ab"[parseInt(digits[16]!, 16) % 4];
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join("-");
}
