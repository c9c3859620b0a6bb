/** Who a request is from, by its API key and token: what a hosted gateway finds out. */
import {
  type Claims,
  isExpired,
  PUBLISHABLE_KEY,
  type SigningKey,
} from "../keys.ts";

export type Identity =
  | { known: true; claims: Claims; isApiKey: boolean }
  | { known: false; reason: "key" | "token" | "expired" };

/** The claims of a request: its user's, or those of the role that its API key stands for. */
export async function identify(
  request: Request,
  { key, secretKey }: { key: SigningKey; secretKey: string },
): Promise<Identity> {
  const roleOf = (apikey: string | null) =>
    apikey === PUBLISHABLE_KEY
      ? "anon"
      : apikey === secretKey
      ? "service_role"
      : null;
  const bearer =
    /^Bearer\s+(.+)$/i.exec(request.headers.get("Authorization") ?? "")?.[1] ??
      null;
  const apikey = request.headers.get("apikey") ??
    new URL(request.url).searchParams.get("apikey") ?? bearer;
  const role = roleOf(apikey);
  if (apikey === null || (role === null && !apikey.includes("."))) {
    return { known: false, reason: "key" };
  }
  if (bearer !== null && roleOf(bearer) === null) {
    try {
      return {
        known: true,
        claims: await key.verify(bearer),
        isApiKey: false,
      };
    } catch (error) {
      return { known: false, reason: isExpired(error) ? "expired" : "token" };
    }
  }
  if (role === null) return { known: false, reason: "key" };
  return { known: true, claims: apiKeyClaims(role), isApiKey: true };
}

/** The short-lived token that a gateway makes of an API key. */
function apiKeyClaims(role: string): Claims {
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
