/** Builds Content-Disposition (RFC 6266, RFC 8187), and decides which types a browser may show. */

/** Types that cannot contain scripts. HTML and SVG can, so browsers always download them. */
const INLINE_TYPES = new Set([
  "application/pdf",
  "image/avif",
  "image/bmp",
  "image/gif",
  "image/jpeg",
  "image/png",
  "image/webp",
  "text/csv",
  "text/markdown",
  "text/plain",
]);

/** The header for a file, with an ASCII form of its name for old clients and the real name for others. */
export function contentDisposition(name: string, mimeType: string): string {
  const kind = INLINE_TYPES.has(mimeType) ? "inline" : "attachment";
  const fallback = name.replace(/[^\x20-\x7e]/gu, "_").replace(/["\\%]/g, "_");
  return `${kind}; filename="${fallback}"; filename*=UTF-8''${
    encodeExtended(name)
  }`;
}

/** An ext-value of RFC 8187, which does not allow four characters that encodeURIComponent keeps. */
function encodeExtended(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase(),
  );
}
