/** Who a request is from, by its API key and token: what a hosted gateway finds out. */
import {
  type Claims,
  isExpired,
  PUBLISHABLE_KEY,
  type SigningKey,
} from "../keys.ts";

/** What the stack recognises callers by. */
export interface Keys {
  key: SigningKey;
  secretKey: string;
}

export type Identity =
  | { known: true; claims: Claims; apiKey: string | null }
  | { known: false; reason: "key" | "token" | "expired" };

/** The claims of a request: its user's, or those of the role that its API key stands for. */
export async function identify(
  request: Request,
  keys: Keys,
): Promise<Identity> {
  const bearer =
    /^Bearer\s+(.+)$/i.exec(request.headers.get("Authorization") ?? "")?.[1] ??
      null;
  const apiKey = request.headers.get("apikey") ??
    new URL(request.url).searchParams.get("apikey") ?? bearer ?? "";
  const claims = apiKeyClaims(apiKey, keys);
  if (claims === null && !apiKey.includes(".")) {
    return { known: false, reason: "key" };
  }
  if (bearer !== null && apiKeyClaims(bearer, keys) === null) {
    try {
      const claims = await keys.key.verify(bearer);
      return { known: true, claims, apiKey: null };
    } catch (error) {
      return { known: false, reason: isExpired(error) ? "expired" : "token" };
    }
  }
  return claims === null
    ? { known: false, reason: "key" }
    : { known: true, claims, apiKey };
}

/** The claims of the short-lived token that a gateway makes of an API key; null if it is none. */
export function apiKeyClaims(
  apiKey: string,
  { secretKey }: Pick<Keys, "secretKey">,
): Claims | null {
  const role = { [PUBLISHABLE_KEY]: "anon", [secretKey]: "service_role" }[
    apiKey
  ];
  if (role === undefined) return null;
  const now = Math.floor(Date.now() / 1000);
  return { role, iss: "supabase", iat: now, exp: now + 60 };
}

/** The answer to a request whose key or token is not known, in the words of the hosted services. */
export function refusal(reason: "key" | "token" | "expired"): Response {
  if (reason === "key") {
    return Response.json({
      message: "Invalid API key",
      hint: "Double check your Supabase `anon` or `service_role` API key.",
    }, { status: 401 });
  }
  const expired = reason === "expired";
  return Response.json({
    code: expired ? "PGRST303" : "PGRST301",
    details: null,
    hint: null,
    message: expired ? "JWT expired" : "No suitable key or wrong key type",
  }, { status: 401, headers: { "WWW-Authenticate": "Bearer" } });
}
