/** The Data API behind the gateway: the caller's token translated, an absent database told apart. */
import { signInner } from "../keys.ts";
import type { Backend } from "./backend.ts";
import { identify, refusal } from "./identity.ts";

/** How long the Data API may take, in milliseconds: longer than any statement may. */
const PATIENCE_MS = 70_000;

export async function answerDataApi(
  request: Request,
  backend: Backend,
): Promise<Response> {
  const { lite, databaseIsUp } = backend;
  const identity = await identify(request, backend);
  if (!identity.known) return refusal(identity.reason);

  const headers = new Headers(request.headers);
  headers.set("Authorization", `Bearer ${await signInner(identity.claims)}`);
  const inner = new Request(request.url, {
    method: request.method,
    headers,
    body: request.body,
  });
  const response = await withinPatience(lite.fetch(inner).catch(() => null));
  if (response !== null && response.status < 500) return response;
  // What fails for want of a database is told in PostgREST's words, so that clients know it.
  if (!await databaseIsUp()) {
    await response?.body?.cancel();
    return unreachable();
  }
  return response ?? unreachable();
}

/** null where the answer takes too long. */
async function withinPatience<T>(answer: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** https://docs.postgrest.org/en/v13/references/errors.html */
function unreachable(): Response {
  return Response.json({
    code: "PGRST001",
    details: null,
    hint: null,
    message: "Database client error. Retrying the connection.",
  }, { status: 503 });
}
