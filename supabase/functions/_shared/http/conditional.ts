/** Strong ETags and 304 responses for JSON, following RFC 9110. */
import { etag, RETAINED_304_HEADERS } from "hono/etag";

/** Tags a response with the SHA-256 of its bytes. A 304 keeps the headers that are still valid. */
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
