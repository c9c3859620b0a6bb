/**
 * A service that is elsewhere, behind this gateway: a user's token goes on as it came, and an API
 * key alone becomes a short-lived token of its role, signed with the stack's key. The service must
 * take that key, which the stack publishes with Auth's at /auth/v1/.well-known/jwks.json.
 */
import type { SigningKey } from "../keys.ts";
import { forward } from "./forward.ts";
import { identify, refusal } from "./identity.ts";

/** `below` is the path and query from the part after `/<service>/v1` on. */
export async function answerFrom(
  service: string,
  request: Request,
  below: string,
  keys: { key: SigningKey; secretKey: string },
): Promise<Response> {
  const headers = new Headers(request.headers);
  const identity = await identify(request, keys);
  if (identity.known && identity.isApiKey) {
    headers.set(
      "Authorization",
      `Bearer ${await keys.key.sign(identity.claims)}`,
    );
  }
  // What came without any key is the service's to answer: preflights, signed URLs, JWKS.
  if (!identity.known && identity.reason === "key" && hasKey(headers)) {
    return refusal("key");
  }
  try {
    return await forward(new Request(request, { headers }), service + below);
  } catch {
    return Response.json({
      message: "An invalid response was received from the upstream server",
    }, { status: 502 });
  }
}

function hasKey(headers: Headers): boolean {
  return headers.has("apikey") || headers.has("Authorization");
}
