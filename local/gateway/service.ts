/** What the gateway passes requests on to. */
import type { DataApi } from "../data_api/service.ts";
import { forward } from "./forward.ts";
import { identify, type Keys, refusal } from "./identity.ts";

/** `below` is the path and query from the part after `/<service>/v1` on. */
export type Service = (request: Request, below: string) => Promise<Response>;

/** The Data API, which is told whom a request is from. */
export function dataApiService(dataApi: DataApi, keys: Keys): Service {
  return async (request, below) => {
    const identity = await identify(request, keys);
    if (!identity.known) return refusal(identity.reason);
    const { pathname } = new URL(below, request.url);
    return await dataApi.fetch(request, pathname, identity.claims);
  };
}

/** Asked with a token of its own in the URL, or with none at all. */
const WITHOUT_KEY =
  /^\/(object\/(public|sign|upload\/sign|render)\/|upload\/resumable\/sign|status)/;

/** Storage, which finds out by itself whose a token is, and reads an API key like one. */
export function storageService(
  storage: { fetch(request: Request): Promise<Response> },
  keys: Keys,
): Service {
  return async (request, below) => {
    const headers = new Headers(request.headers);
    const hasOwnToken = WITHOUT_KEY.test(below) &&
      !headers.has("Authorization");
    if (request.method !== "OPTIONS" && !hasOwnToken) {
      const identity = await identify(request, keys);
      // Tokens are Storage's to judge, with its own words; keys are the gateway's.
      if (!identity.known && identity.reason === "key") return refusal("key");
      if (identity.known && identity.apiKey !== null) {
        headers.set("Authorization", `Bearer ${identity.apiKey}`);
      }
    }
    const { method, body, signal } = request;
    return await storage.fetch(
      new Request(new URL(below, request.url), {
        method,
        headers,
        body,
        signal,
      }),
    );
  };
}

/**
 * A service that is elsewhere: a user's token goes on as it came, and an API key alone becomes a
 * short-lived token of its role, signed with the stack's key. The service must take that key, which the
 * stack publishes with Auth's at /auth/v1/.well-known/jwks.json.
 */
export function elsewhere(url: string, keys: Keys): Service {
  return async (request, below) => {
    const headers = new Headers(request.headers);
    const identity = await identify(request, keys);
    if (identity.known && identity.apiKey !== null) {
      const token = await keys.key.sign(identity.claims);
      headers.set("Authorization", `Bearer ${token}`);
    }
    // What came without any key is the service's to answer: preflights, signed URLs, JWKS.
    const hasKey = headers.has("apikey") || headers.has("Authorization");
    if (!identity.known && identity.reason === "key" && hasKey) {
      return refusal("key");
    }
    try {
      return await forward(new Request(request, { headers }), url + below);
    } catch {
      return Response.json({
        message: "An invalid response was received from the upstream server",
      }, { status: 502 });
    }
  };
}
