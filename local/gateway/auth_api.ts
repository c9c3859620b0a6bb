/** Auth behind the gateway: its tokens are signed anew with the stack's ES256 key. */
import { claimsOf, signInner } from "../keys.ts";
import { identify, type Keys, refusal } from "./identity.ts";
import type { Service } from "./service.ts";

/** @param issuer the URL of Auth. */
export function authService(
  auth: { fetch(request: Request): Promise<Response> },
  issuer: string,
  keys: Keys,
): Service {
  return async (request, below) => {
    if (below === "/.well-known/jwks.json") return Response.json(keys.key.jwks);
    const headers = new Headers(request.headers);
    if (request.method !== "OPTIONS" && below !== "/health") {
      const identity = await identify(request, keys);
      if (!identity.known) return refusal(identity.reason);
      const token = await signInner(identity.claims);
      headers.set("Authorization", `Bearer ${token}`);
    }
    const { method, url, body } = request;
    const response = await auth.fetch(
      new Request(url, { method, headers, body }),
    );
    const isJson = /json/.test(response.headers.get("Content-Type") ?? "");
    if (!isJson) return response;

    const answer: unknown = await response.json();
    if (
      typeof answer === "object" && answer !== null && "access_token" in answer
    ) {
      answer.access_token = await keys.key.sign({
        ...claimsOf(String(answer.access_token)),
        iss: issuer,
        aud: "authenticated",
      });
    }
    const answerHeaders = new Headers(response.headers);
    answerHeaders.delete("Content-Length");
    return Response.json(answer, {
      status: response.status,
      headers: answerHeaders,
    });
  };
}
