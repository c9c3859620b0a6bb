// Who asks: the role and claims that PostgreSQL takes on for one request.
import type { Claims } from "../keys.ts";
import { failure } from "./errors.ts";

export interface Caller {
  role: string;
  /** The user's id; absent for keys. */
  sub: string | undefined;
  claims: Claims;
  token: string;
  headers: Record<string, string>;
  method: string;
  path: string;
}

/** The user behind the request. Throws as the real service does when there is no valid token. */
export async function authenticate(
  request: Request,
  verify: (token: string) => Promise<Claims>,
): Promise<Caller> {
  const token = bearer(request);
  if (token === undefined) throw failure("noAuthorization");
  try {
    return callerOf(request, await verify(token), token);
  } catch (error) {
    throw failure(
      "accessDenied",
      error instanceof Error ? error.message : "Invalid JWT",
      error,
    );
  }
}

/** The service itself: the role that row level security does not bind. */
export function service(request: Request): Caller {
  return callerOf(request, { role: "service_role" }, "");
}

/** The token of the Authorization header, or undefined without that header. */
export function bearer(request: Request): string | undefined {
  return request.headers.get("authorization")?.replace(/^Bearer\s+/i, "");
}

function callerOf(request: Request, claims: Claims, token: string): Caller {
  return {
    role: typeof claims.role === "string" ? claims.role : "anon",
    sub: claims.sub,
    claims,
    token,
    headers: Object.fromEntries(request.headers),
    method: request.method,
    path: new URL(request.url).pathname,
  };
}
