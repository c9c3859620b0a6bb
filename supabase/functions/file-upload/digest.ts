/** Repr-Digest (RFC 9530): what the client says the content's SHA-256 is. */
import { Problem } from "../_shared/problems/problem.ts";

/**
 * The announced SHA-256 in lower-case hex; null where the header is absent or names only other
 * algorithms, which a recipient may ignore. Of several the last counts (RFC 9651).
 *
 * @throws {Problem} `malformed_request` for a sha-256 that is not 32 bytes of base64.
 */
export function announcedSha256(header: string | undefined): string | null {
  const member = (header ?? "").split(",").map((part) => part.trim())
    .findLast((part) => /^sha-256(?![\w.*-])/.test(part));
  if (member === undefined) return null;
  const base64 = /^sha-256=:([A-Za-z0-9+/]{43}=):(?: *;.*)?$/.exec(member)?.[1];
  if (base64 === undefined) {
    throw new Problem("malformed_request", {
      detail: "Repr-Digest must be sha-256=:<base64>:.",
    });
  }
  return Array.from(
    atob(base64),
    (c) => c.charCodeAt(0).toString(16).padStart(2, "0"),
  ).join("");
}
