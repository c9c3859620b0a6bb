/** Pictures that Continuum takes for what they are. */

/** A PNG of that many bytes: its header, and random ones. */
export function png(bytes: number): Uint8Array<ArrayBuffer> {
  const content = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65_536) {
    crypto.getRandomValues(content.subarray(at, at + 65_536));
  }
  const header = "89504e470d0a1a0a" + // the signature
    "0000000d49484452000000010000000108060000001f15c489" + // one pixel
    (bytes - 57).toString(16).padStart(8, "0") + "49444154"; // and its data
  content.set(Uint8Array.fromHex(header));
  return content;
}
