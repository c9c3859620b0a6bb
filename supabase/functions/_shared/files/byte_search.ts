/**
 * Finds `sought` in `bytes`; -1 if it is not there. Buffer.indexOf does the same, but takes 5 ms a MiB in Deno: ten
 * times as long as looking for the first byte and comparing what follows it.
 *
 * @param sought at least one byte, of which the first one is rare.
 */
export function indexOfBytes(bytes: Uint8Array, sought: Uint8Array): number {
  const [first = 0] = sought;
  const last = bytes.length - sought.length;
  for (let at = indexOf(bytes, first, 0); at >= 0 && at <= last;) {
    let matching = 1;
    while (
      matching < sought.length && bytes[at + matching] === sought[matching]
    ) matching++;
    if (matching === sought.length) return at;
    at = indexOf(bytes, first, at + 1);
  }
  return -1;
}

/** Of typed arrays, which a Buffer overrides. */
function indexOf(bytes: Uint8Array, byte: number, from: number): number {
  return Uint8Array.prototype.indexOf.call(bytes, byte, from);
}
