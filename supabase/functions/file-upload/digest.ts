/** Parses Repr-Digest (RFC 9530), in which a client states the SHA-256 of the content. */
import { Problem } from "../_shared/problems/problem.ts";

/**
 * The stated SHA-256 in lower-case hex. Null if the header is absent or has only other algorithms, which a
 * recipient may ignore. If it is there twice, the last one counts (RFC 9651).
 *
 * @throws {Problem} `malformed_request` if the value is not 32 bytes of base64.
 */
export function announcedSha256(header: string | undefined): string | null {
  const member = (header ?? "").split(",").map((part) => part.trim())
    .findLast((part) => /^sha-256(?![\w.*-])/.test(part));
  if (member === undefined) return null;
  const base64 = /^sha-256=:([A-Za-z0-9+/]{43}=):(?: *;.*)?$/.exec(member)?.[1];
  if (base64 === undefined) {
    throw new Problem("malformed_request", {
      detail: "Repr-Digest must have the form sha-256=:<base64>:.",
    });
  }
  return Array.from(
    atob(base64),
    (c) => c.charCodeAt(0).toString(16).padStart(2, "0"),
  ).join("");
}
