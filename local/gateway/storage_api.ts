/** Storage behind the gateway: an API key alone becomes a short-lived token of its role. */
import type { Backend } from "./backend.ts";
import { identify, refusal } from "./identity.ts";

/** Asked with a token of its own in the URL, or with none at all. */
const WITHOUT_KEY =
  /^\/(object\/(public|sign|upload\/sign|render)\/|upload\/resumable\/sign|status)/;

/** `below` is the path and query from the part after /storage/v1 on. */
export async function answerStorage(
  request: Request,
  below: string,
  backend: Backend,
): Promise<Response> {
  const { storage, key } = backend;
  if (storage === null) throw new Error("Storage is elsewhere.");
  const headers = new Headers(request.headers);
  const hasOwnToken = WITHOUT_KEY.test(below) && !headers.has("Authorization");
  if (request.method !== "OPTIONS" && !hasOwnToken) {
    const identity = await identify(request, backend);
    // Tokens are Storage's to judge, with its own words; keys are the gateway's.
    if (!identity.known && identity.reason === "key") return refusal("key");
    if (identity.known) {
      headers.set("Authorization", `Bearer ${await key.sign(identity.claims)}`);
    }
  }
  return await storage.fetch(
    new Request(new URL(below, request.url), {
      method: request.method,
      headers,
      body: request.body,
      signal: request.signal,
    }),
  );
}
