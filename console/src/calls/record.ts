/** The requests that the user's actions have sent, to show them as code. No token is ever kept. */
import { signal } from "../lib/preact.ts";
import { whenUserLeaves } from "../project/leaving.ts";
import { project } from "../project/project.ts";
import type { Call } from "./call.ts";

const MOST_CALLS = 30;
const MOST_ANSWER = 20_000;
const OWN_HEADERS = /^(authorization|apikey|x-client-info)$/i;

/** Newest first. */
export const calls = signal<Call[]>([]);

whenUserLeaves(() => calls.value = []);

let lastId = 0;

/** A request that has just been sent. */
export function begin(
  call: Pick<Call, "method" | "path"> & Partial<Call>,
): Call {
  const begun: Call = {
    headers: [],
    body: null,
    file: null,
    status: null,
    ms: 0,
    answer: null,
    ...call,
    id: ++lastId,
  };
  calls.value = [begun, ...calls.peek()].slice(0, MOST_CALLS);
  return begun;
}

/** What became of it. */
export function end(
  { id }: Call,
  outcome: Pick<Call, "status" | "ms"> & Partial<Call>,
): void {
  calls.value = calls.peek().map((call) =>
    call.id === id ? { ...call, ...outcome } : call
  );
}

/** `fetch`, with every request to the functions recorded. */
export const recordingFetch: typeof fetch = async (input, init = {}) => {
  const url = String(input);
  const base = `${project?.url}/functions/v1/`;
  if (!url.startsWith(base)) return await fetch(input, init);
  const headers = [...new Headers(init.headers)]
    .filter(([name]) => !OWN_HEADERS.test(name));
  const call = begin({
    method: init.method ?? "GET",
    path: url.slice(base.length),
    headers,
    body: typeof init.body === "string" ? init.body : null,
  });
  const begun = performance.now();
  const passed = () => Math.round(performance.now() - begun);
  try {
    const response = await fetch(input, init);
    end(call, { status: response.status, ms: passed() });
    if (/json/.test(response.headers.get("Content-Type") ?? "")) {
      void response.clone().text()
        .then((text) => {
          end(call, {
            status: response.status,
            ms: passed(),
            answer: text.slice(0, MOST_ANSWER),
          });
        })
        .catch(() => {});
    }
    return response;
  } catch (error) {
    end(call, { status: 0, ms: passed() });
    throw error;
  }
};
