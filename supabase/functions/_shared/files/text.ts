/** Decides whether bytes are text. */

/** Types of text that file-type recognises, besides text/*. */
const TEXT_FORMATS = [
  "application/xml",
  "text/vcard",
  "text/calendar",
  "application/rtf",
];

/** Byte order marks of UTF-32 and UTF-16. The longer ones come first, since they begin with a shorter one. */
const WIDE: { mark: number[]; width: 2 | 4; littleEndian: boolean }[] = [
  { mark: [0xff, 0xfe, 0, 0], width: 4, littleEndian: true },
  { mark: [0, 0, 0xfe, 0xff], width: 4, littleEndian: false },
  { mark: [0xff, 0xfe], width: 2, littleEndian: true },
  { mark: [0xfe, 0xff], width: 2, littleEndian: false },
];

/** Whether the first bytes of a file are text. `found` is the type that file-type recognised. */
export function isText(sample: Uint8Array, found: string | undefined): boolean {
  const wide = WIDE.find(({ mark }) =>
    sample.length >= mark.length && mark.every((b, i) => sample[i] === b)
  );
  if (wide !== undefined && isWideText(sample, wide)) return true;
  if (wide === undefined && unmarkedOrder(sample) !== null) return true;
  return !sample.includes(0) &&
    (found === undefined || TEXT_FORMATS.includes(found) ||
      found.startsWith("text/") || onlySoundsBinary(sample));
}

/** Whether a text is UTF-8, or begins with a mark of UTF-16 or UTF-32. Its last character may be incomplete. */
export function isUnicode(sample: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(sample, { stream: true });
    return true;
  } catch {
    return WIDE.some(({ mark }) => mark.every((b, i) => sample[i] === b));
  }
}

/** The label of UTF-16 if a file that begins with these bytes is text in it; null otherwise. */
export function utf16Label(
  sample: Uint8Array,
): "utf-16le" | "utf-16be" | null {
  const [first, second] = sample;
  const isLittleEndian = first === 0xff && second === 0xfe ||
      first === 0xfe && second === 0xff
    ? first === 0xff
    : unmarkedOrder(sample.subarray(0, sample.length & ~1));
  return isLittleEndian === null
    ? null
    : isLittleEndian
    ? "utf-16le"
    : "utf-16be";
}

/**
 * Whether bytes without a mark are little-endian text in UTF-16 (true), big-endian (false), or neither (null). Some
 * tools of Windows write such files. They are mostly ASCII, so nearly every other byte is 0, and no character is one
 * that does not occur in text.
 */
function unmarkedOrder(sample: Uint8Array): boolean | null {
  if (sample.length < 8 || sample.length % 2 !== 0) return null;
  return [true, false].find((littleEndian) => {
    let ascii = 0;
    for (let at = 0; at < sample.length; at += 2) {
      const [low, high] = littleEndian ? [at, at + 1] : [at + 1, at];
      if (sample[high] === 0 && (sample[low] ?? 0) < 0x7f) ascii++;
    }
    return ascii * 2 >= sample.length * 0.9 &&
      isWideText(sample, { width: 2, littleEndian });
  }) ?? null;
}

/** Whether all characters in UTF-16 or UTF-32 are valid and occur in text. */
function isWideText(
  sample: Uint8Array,
  { width, littleEndian }: Omit<(typeof WIDE)[number], "mark">,
): boolean {
  const view = new DataView(
    sample.buffer,
    sample.byteOffset,
    sample.byteLength - sample.byteLength % width,
  );
  let high = false;
  for (let at = 0; at < view.byteLength; at += width) {
    const unit = width === 2
      ? view.getUint16(at, littleEndian)
      : view.getUint32(at, littleEndian);
    const low = width === 2 && unit >= 0xdc00 && unit <= 0xdfff;
    if (low !== high || unit > 0x10ffff || isBinaryByte(unit)) return false;
    high = width === 2 && unit >= 0xd800 && unit <= 0xdbff;
  }
  return true;
}

/**
 * Whether file-type recognised a format by letters that a text may begin with too: it takes `BM` for a BMP, `MZ` for
 * a program and `solid ` for a model. Files of these formats contain bytes that do not occur in text.
 */
function onlySoundsBinary(sample: Uint8Array): boolean {
  return !sample.some(isBinaryByte) &&
    !/^(%PDF-|GIF8[79]a)/.test(
      new TextDecoder("latin1").decode(sample.subarray(0, 6)),
    );
}

/** A "binary data byte" of the MIME Sniffing standard, or DEL. */
function isBinaryByte(byte: number): boolean {
  return byte <= 0x08 || byte === 0x0b || (byte >= 0x0e && byte <= 0x1a) ||
    (byte >= 0x1c && byte <= 0x1f) || byte === 0x7f;
}
