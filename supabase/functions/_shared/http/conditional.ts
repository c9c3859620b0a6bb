/** Strong ETags and 304 for JSON answers, by RFC 9110. */
import { etag, RETAINED_304_HEADERS } from "hono/etag";

/** Tags an answer with the SHA-256 of its bytes; a 304 keeps the headers that still hold. */
export const conditional = etag({
  generateDigest: (body) =>
    crypto.subtle.digest("SHA-256", new Uint8Array(body)),
  retainedHeaders: [
    ...RETAINED_304_HEADERS,
    "access-control-allow-origin",
    "access-control-expose-headers",
    "link",
    "x-request-id",
  ],
});
