/** The Idempotency-Key header: quoted, following draft-ietf-httpapi-idempotency-key-header, or bare. */
import { Problem } from "../problems/problem.ts";
import { textFault } from "../wire/storable.ts";

const MAX_CHARACTERS = 255;

/**
 * The key in a header's value: an RFC 8941 string without its quotes, or else the value as it is.
 *
 * @throws {Problem} `validation_failed` if the key is empty or too long, or its closing quote is missing.
 */
export function parseIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  const value = header.trim();
  const key = value.startsWith('"') ? unquote(value) : value;
  if (key === null) refuse("The quoted key has no closing quote at its end.");
  if (key === "" || [...key].length > MAX_CHARACTERS) {
    refuse(`Must be 1 to ${MAX_CHARACTERS} characters.`);
  }
  const fault = textFault(key);
  if (fault !== null) refuse(fault);
  return key;
}

/** The content of an RFC 8941 string; null if the value is not such a string. */
function unquote(value: string): string | null {
  const match = /^"((?:[^"\\]|\\["\\])*)"$/.exec(value);
  return match?.[1]?.replace(/\\(["\\])/g, "$1") ?? null;
}

function refuse(detail: string): never {
  throw new Problem("validation_failed", {
    detail,
    errors: [{ pointer: "/idempotency-key", detail }],
  });
}
