/** Requests to the functions, with what may be concluded from how they end. */
import type { Actor } from "../tests/support/actors.ts";
import type { Target } from "../tests/support/target.ts";

/**
 * `done`: it was carried out. `refused`: the API said that it was not. `unknown`: it may have been, or may still be.
 */
export type Outcome = "done" | "refused" | "unknown";

export interface Reply {
  outcome: Outcome;
  /** Null without an answer. */
  status: number | null;
  /** The problem's code, or what broke. */
  code?: string;
  // deno-lint-ignore no-explicit-any -- answers of many shapes, which the checks look into
  body: any;
  headers: Headers;
  /** The whole body, if it was text. */
  text: string;
  /** By performance.now(). */
  startedAt: number;
  endedAt: number;
}

export interface CallOptions {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: BodyInit;
  timeoutMs?: number;
}

/** As patient as a client library may be. */
const TIMEOUT_MS = 15_000;

/** How often a request is tried that has to succeed: for longer than any fault lasts. */
const INSISTENCE = 300;

/** Sends a request to `/functions/v1/<path>`. Never throws. */
export async function call(
  actor: Pick<Actor, "headers">,
  at: Target,
  path: string,
  { method, headers, json, body, timeoutMs = TIMEOUT_MS }: CallOptions = {},
): Promise<Reply> {
  const startedAt = performance.now();
  try {
    const response = await fetch(`${at.url}/functions/v1/${path}`, {
      method: method ??
        (json === undefined && body === undefined ? "GET" : "POST"),
      headers: {
        ...actor.headers,
        ...(json === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      body: json === undefined ? body : JSON.stringify(json),
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    const endedAt = performance.now();
    return {
      ...conclude(response, text),
      headers: response.headers,
      text,
      startedAt,
      endedAt,
    };
  } catch (error) {
    return {
      outcome: "unknown",
      status: null,
      code: error instanceof Error ? error.name : "error",
      body: null,
      headers: new Headers(),
      text: "",
      startedAt,
      endedAt: performance.now(),
    };
  }
}

/**
 * Sends a request that has to succeed, until it does.
 *
 * @throws {Error} if it is refused, or never succeeds.
 */
export async function insist(
  ...request: Parameters<typeof call>
): Promise<Reply> {
  for (let tries = 0;; tries++) {
    const reply = await call(...request);
    if (reply.outcome === "done") return reply;
    const mayPass = reply.outcome === "unknown" ||
      reply.code === "rate_limited";
    if (!mayPass || tries === INSISTENCE) {
      throw new Error(`${request[2]} failed: ${reply.code} ${reply.text}`);
    }
    await sleep(200);
  }
}

/** Only an answer of the API itself says anything: gateways have pages of their own, for any status. */
function conclude(
  { status, headers }: Response,
  text: string,
): Pick<Reply, "outcome" | "status" | "code" | "body"> {
  const type = headers.get("Content-Type") ?? "";
  const isOurs = headers.has("x-request-id");
  if (status < 300 && isOurs && !/^text\/html/.test(type)) {
    if (!/[/+]json/.test(type)) return { outcome: "done", status, body: null };
    const body = parsed(text);
    return body === undefined
      ? { outcome: "unknown", status, code: "cut", body: null }
      : { outcome: "done", status, body };
  }
  const problem = /problem\+json/.test(type) ? parsed(text) : undefined;
  const code: string | undefined = problem?.code;
  const isRefusal = code !== undefined && status >= 400 && status < 500;
  return {
    outcome: isRefusal ? "refused" : "unknown",
    status,
    code: code ?? `http_${status}`,
    body: problem ?? null,
  };
}

// deno-lint-ignore no-explicit-any -- see Reply.body
function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal?.aborted) done();
    else signal?.addEventListener("abort", done);
  });
}
