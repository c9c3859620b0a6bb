/** Bytes as text, and back. */

/** More arguments than this may be too many for a call. */
const AT_ONCE = 8192;

export function base64Of(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += AT_ONCE) {
    binary += String.fromCharCode(...bytes.subarray(at, at + AT_ONCE));
  }
  return btoa(binary);
}

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(
    atob(base64),
    (character) => character.charCodeAt(0),
  );
}
