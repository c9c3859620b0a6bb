/** Recognises images by their bytes, and knows the media types that are used for the same format. */

/** Media types that clients use for the same format. */
const FAMILIES = [
  ["image/jpeg", "image/jpg", "image/pjpeg"],
  ["image/png", "image/apng", "image/x-png"],
  [
    "image/heic",
    "image/heif",
    "image/heic-sequence",
    "image/heif-sequence",
  ],
  ["image/avif", "image/avif-sequence"],
  ["image/tiff", "image/x-tiff", "image/tif"],
  ["image/bmp", "image/x-ms-bmp", "image/x-bmp", "image/x-windows-bmp"],
  ["image/x-icon", "image/vnd.microsoft.icon", "image/ico"],
  [
    "image/x-portable-anymap",
    "image/x-portable-bitmap",
    "image/x-portable-graymap",
    "image/x-portable-pixmap",
  ],
];

/** Whether the declared type is a media type of the format that was found. */
export function isSameImage(
  declared: string | null,
  found: string,
): declared is string {
  return declared === found || (declared !== null &&
    FAMILIES.some((family) =>
      family.includes(declared) && family.includes(found)
    ));
}

/** Brands of images and image sequences in ISO base media files (ISO/IEC 23008-12, AVIF 1.1). */
const AVIF_BRANDS = ["avif", "avis"];
const HEIC_BRANDS = ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm"];
const HEIF_BRANDS = ["mif1", "mif2", "msf1", "miaf"];

/** The first bytes of formats that file-type does not know, with their types. */
const RARE: [magic: string, type: string][] = [
  ["qoif", "image/qoi"],
  ["\xd7\xcd\xc6\x9a", "image/wmf"],
  ["\x76\x2f\x31\x01", "image/x-exr"],
  ["DDS \x7c\0\0\0", "image/vnd.ms-dds"],
  ["#?RADIANCE\n", "image/vnd.radiance"],
  ["#?RGBE\n", "image/vnd.radiance"],
  ["\xabKTX 20\xbb\r\n", "image/ktx2"],
  ["\x0a\x05\x01\x08", "image/x-pcx"],
  ["farbfeld", "image/x-farbfeld"],
];

/** The media type of an image, or null if the bytes are not one. `found` is the type that file-type recognised. */
export function imageTypeOf(
  sample: Uint8Array,
  found: string | undefined,
): string | null {
  // A decoder for "latin1" is one for windows-1252.
  const head = String.fromCharCode(...sample.subarray(0, 512));
  const branded = brandedImage(sample, head);
  if (branded !== null) return branded;
  if (found?.startsWith("image/")) return found;
  // file-type needs the directory to tell formats of TIFF apart, and it may be at the end of the file.
  if (/^(II\*\0|II\+\0|MM\0\*|MM\0\+)/.test(head)) return "image/tiff";
  if (/^P[4-7]\s/.test(head)) return "image/x-portable-anymap";
  const rare = RARE.find(([magic]) => head.startsWith(magic));
  if (rare !== undefined) return rare[1];
  if (/^AT&TFORM....DJV[UM]/s.test(head)) return "image/vnd.djvu";
  if (head.startsWith("\x01\0\0\0") && head.slice(40, 44) === " EMF") {
    return "image/emf";
  }
  return null;
}

function brandedImage(sample: Uint8Array, head: string): string | null {
  if (head.slice(4, 8) !== "ftyp" || sample.length < 16) return null;
  const size = new DataView(sample.buffer, sample.byteOffset).getUint32(0);
  const brands = [head.slice(8, 12)];
  for (let at = 16; at + 4 <= Math.min(size, head.length); at += 4) {
    brands.push(head.slice(at, at + 4));
  }
  const has = (known: string[]) => brands.some((b) => known.includes(b));
  // A video may list a compatible image brand, so the major brand has to be one of an image.
  const major = brands.slice(0, 1);
  if (
    !major.some((b) =>
      [...AVIF_BRANDS, ...HEIC_BRANDS, ...HEIF_BRANDS].includes(b)
    )
  ) return null;
  if (has(AVIF_BRANDS)) return "image/avif";
  return has(HEIC_BRANDS) ? "image/heic" : "image/heif";
}
