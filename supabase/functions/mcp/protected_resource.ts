/** How a client that has no token finds out where to get one: RFC 9728. */
import { z } from "@hono/zod-openapi";
import { resourceMetadataResponse } from "@supabase/server/oauth-protected-resource";
import type { Context, MiddlewareHandler } from "hono";
import { json, openRoute, type Route } from "../_shared/http/route.ts";
import { publicUrl } from "../_shared/platform/environment.ts";
import type { Env } from "../_shared/platform/env.ts";

const Metadata = z.looseObject({
  resource: z.string(),
  authorization_servers: z.array(z.string()),
  bearer_methods_supported: z.array(z.string()),
});

export const readProtectedResource = openRoute({
  operationId: "readProtectedResource",
  tag: "MCP",
  get: "/oauth-protected-resource",
  summary: "Find the authorization server that issues tokens for this server",
  description: "OAuth 2.0 Protected Resource Metadata (RFC 9728).",
  answers: { 200: ["The metadata.", Metadata] },
}, async (c) => {
  const { resource, issuer } = urls(c);
  const response = resourceMetadataResponse(c.req.raw, {
    resource,
    authorizationServers: [issuer],
  });
  return json(c, await response.text());
});

/** Adds where the metadata is to the challenge of each 401. */
const challenge: MiddlewareHandler<Env> = async (c, next) => {
  await next();
  const given = c.res.headers.get("WWW-Authenticate");
  if (c.res.status !== 401 || given === null) return;
  c.res.headers.set(
    "WWW-Authenticate",
    `${given}, resource_metadata="${
      urls(c).resource
    }/oauth-protected-resource"`,
  );
};

/** Goes before the other routes, whose answers it changes. */
export const challenged: Route = { addTo: (app) => app.use(challenge) };

/** The URLs of this function and of Auth, as the client knows them. */
function urls(c: Context<Env>): { resource: string; issuer: string } {
  const origin = publicOrigin(c.req.raw);
  return {
    resource: `${origin}/functions/v1/mcp`,
    issuer: `${origin}/auth/v1`,
  };
}

/**
 * What the client has asked, by what the gateway says of it. A value that is not an origin counts as absent, since it
 * ends up in a header.
 */
export function publicOrigin({ url, headers }: Request): string {
  const configured = publicUrl();
  if (configured !== undefined) return configured;
  const { protocol, host } = new URL(url);
  const scheme = headers.get("X-Forwarded-Proto") ?? protocol.slice(0, -1);
  const name = headers.get("X-Forwarded-Host") ?? host;
  const port = headers.get("X-Forwarded-Port");
  const isWhole = port === null || /:\d+$/.test(name);
  const origin = `${scheme}://${isWhole ? name : `${name}:${port}`}`;
  return /^https?:/.test(origin) && URL.canParse(origin)
    ? new URL(origin).origin
    : new URL(url).origin;
}
