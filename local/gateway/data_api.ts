/** The Data API behind the gateway, which hands over whom a request is from. */
import type { Backend } from "./backend.ts";
import { identify, refusal } from "./identity.ts";

/** `below` is the path and query from the part after /rest/v1 on. */
export async function answerDataApi(
  request: Request,
  below: string,
  backend: Backend,
): Promise<Response> {
  const { dataApi } = backend;
  if (dataApi === null) throw new Error("The Data API is elsewhere.");
  const identity = await identify(request, backend);
  if (!identity.known) return refusal(identity.reason);
  const { pathname } = new URL(below, request.url);
  return await dataApi.fetch(request, pathname, identity.claims);
}
