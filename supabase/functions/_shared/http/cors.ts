/** CORS for browsers. Any origin may call, since tokens admit a request and cookies never do. */
import { corsHeaders } from "@supabase/supabase-js/cors";
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";

const preflight = cors({
  origin: "*",
  allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
  allowHeaders: [
    // From Supabase's client libraries. invoke() sends x-region as well.
    ...(corsHeaders["Access-Control-Allow-Headers"] ?? "").split(", "),
    "x-client-info",
    "x-region",
    "x-request-id",
    "x-file-name",
    "x-upsert",
    "prefer",
    "accept",
    "content-disposition",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "if-range",
    "range",
    "last-event-id",
    "repr-digest",
    // From tus clients.
    "tus-resumable",
    "upload-concat",
    "upload-defer-length",
    "upload-length",
    "upload-metadata",
    "upload-offset",
    // From the openai client. `x-stainless-*` would not do: browsers know no such pattern.
    "openai-beta",
    "openai-organization",
    "openai-project",
    "x-stainless-arch",
    "x-stainless-custom-poll-interval",
    "x-stainless-helper-method",
    "x-stainless-lang",
    "x-stainless-os",
    "x-stainless-package-version",
    "x-stainless-poll-helper",
    "x-stainless-retry-count",
    "x-stainless-runtime",
    "x-stainless-runtime-version",
    "x-stainless-timeout",
    // From MCP clients.
    "mcp-method",
    "mcp-name",
    "mcp-protocol-version",
    "mcp-session-id",
  ],
  maxAge: 86400,
});

/** What a browser lets a page read of a response. */
const EXPOSED = [
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
  "ratelimit",
  "ratelimit-policy",
  "repr-digest",
  "retry-after",
  "server-timing",
  // For clients of Durable Streams.
  "stream-closed",
  "stream-cursor",
  "stream-next-offset",
  "stream-up-to-date",
  "www-authenticate",
  "x-request-id",
  "x-should-retry",
].join(",");

/** hono's middleware would make a response before the handler, only to have headers to write to, and copy them. */
export const browsers: MiddlewareHandler = async (c, next) => {
  if (c.req.method === "OPTIONS") return await preflight(c, next);
  await next();
  c.res.headers.set("Access-Control-Allow-Origin", "*");
  c.res.headers.set("Access-Control-Expose-Headers", EXPOSED);
};
