/** Auth behind the gateway: its tokens are signed anew with the stack's ES256 key. */
import { claimsOf, signInner } from "../keys.ts";
import type { Backend } from "./backend.ts";
import { identify, refusal } from "./identity.ts";

export async function answerAuth(
  request: Request,
  backend: Backend,
): Promise<Response> {
  const { lite, key, publicUrl } = backend;
  const url = new URL(request.url);
  if (url.pathname === "/auth/v1/.well-known/jwks.json") {
    return Response.json(key.jwks, {
      headers: { "Access-Control-Allow-Origin": "*" },
    });
  }
  const headers = new Headers(request.headers);
  if (request.method !== "OPTIONS" && url.pathname !== "/auth/v1/health") {
    const identity = await identify(request, backend);
    if (!identity.known) return refusal(identity.reason);
    headers.set("Authorization", `Bearer ${await signInner(identity.claims)}`);
  }
  const response = await lite.fetch(
    new Request(url, { method: request.method, headers, body: request.body }),
  );
  if (!/json/.test(response.headers.get("Content-Type") ?? "")) return response;

  const body: unknown = await response.json();
  if (typeof body === "object" && body !== null && "access_token" in body) {
    body.access_token = await key.sign({
      ...claimsOf(String(body.access_token)),
      iss: `${publicUrl}/auth/v1`,
      aud: "authenticated",
    });
  }
  const answer = new Headers(response.headers);
  answer.delete("Content-Length");
  return Response.json(body, { status: response.status, headers: answer });
}
