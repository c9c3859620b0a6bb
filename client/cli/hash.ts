/** Hashes that names are made of. */
import { createHash } from "node:crypto";

/** The SHA-256 of texts and bytes, as hexadecimal digits. */
export function sha256(...pieces: (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  // A length before each piece, so that no two lists of pieces are the same bytes.
  for (const piece of pieces) {
    const bytes = typeof piece === "string"
      ? new TextEncoder().encode(piece)
      : piece;
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest("hex");
}

/** A UUID (version 8, RFC 9562) that is always the same for the same texts. */
export function uuidOf(...pieces: string[]): string {
  const digits = [...sha256(...pieces).slice(0, 32)];
  digits[12] = "8";
  digits[16] = "89ab"[parseInt(digits[16]!, 16) % 4]!;
  return digits.join("").replace(
    /^(.{8})(.{4})(.{4})(.{4})(.{12})$/,
    "$1-$2-$3-$4-$5",
  );
}
