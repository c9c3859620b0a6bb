/** CORS for browsers: any origin, since a request is let in by its token and never by a cookie. */
import { corsHeaders } from "@supabase/supabase-js/cors";
import { cors } from "hono/cors";

export const browsers = cors({
  origin: "*",
  allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
  allowHeaders: [
    // Those that Supabase's client libraries send, and x-region, which invoke() sends besides.
    ...(corsHeaders["Access-Control-Allow-Headers"] ?? "").split(", "),
    "x-region",
    "x-request-id",
    "x-file-name",
    "accept",
    "content-disposition",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "if-range",
    "range",
    "repr-digest",
  ],
  exposeHeaders: [
    "accept-ranges",
    "allow",
    "content-disposition",
    "content-length",
    "content-range",
    "etag",
    "idempotency-replayed",
    "last-modified",
    "link",
    "location",
    "repr-digest",
    "retry-after",
    "server-timing",
    "www-authenticate",
    "x-request-id",
  ],
  maxAge: 86400,
});
