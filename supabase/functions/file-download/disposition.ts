/** Content-Disposition by RFC 6266 and RFC 8187, and which types a browser may show. */

/** Types that cannot run anything; HTML and SVG can, and are always downloaded. */
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

/** The header for a file: its name in ASCII for old clients, and as it is for the others. */
export function contentDisposition(name: string, mimeType: string): string {
  const kind = INLINE_TYPES.has(mimeType) ? "inline" : "attachment";
  const fallback = name.replace(/[^\x20-\x7e]/gu, "_").replace(/["\\%]/g, "_");
  return `${kind}; filename="${fallback}"; filename*=UTF-8''${
    encodeExtended(name)
  }`;
}

/** RFC 8187 ext-value: encodeURIComponent leaves four characters that it does not allow. */
function encodeExtended(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase(),
  );
}
