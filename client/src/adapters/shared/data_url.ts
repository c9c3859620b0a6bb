/** Files inside messages, as data URLs. */

/** The bytes of a data URL, and the text before them, such as `data:image/png;base64,`. */
export interface DataUrl {
  prefix: string;
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Reads a data URL; null if it is not one in base64, or if another text would have the same bytes, so that
 * `dataUrlOf` would not give the same URL.
 */
export function parseDataUrl(url: string): DataUrl | null {
  const [prefix, type] = /^data:([^;,]*)[^,]*;base64,/i.exec(url) ?? [];
  if (prefix === undefined) return null;
  const text = url.slice(prefix.length);
  try {
    const bytes = Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0));
    if (base64(bytes) !== text) return null;
    return { prefix, type: type || "text/plain", bytes };
  } catch {
    return null;
  }
}

/** The data URL that begins with `prefix` and has these bytes. */
export function dataUrlOf(prefix: string, bytes: Uint8Array): string {
  return prefix + base64(bytes);
}

/** `String.fromCharCode` takes so many arguments in every engine. */
const CHUNK_BYTES = 0x8000;

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES));
  }
  return btoa(binary);
}
