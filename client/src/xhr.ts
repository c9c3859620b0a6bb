/** Requests that report how much they have sent. Only XMLHttpRequest can, which only browsers have. */
import type { Fetch } from "./http.ts";

/** The part of XMLHttpRequest that is used here. Its types are not available in Node and Deno. */
interface Request {
  responseType: string;
  readonly status: number;
  readonly response: ArrayBuffer | null;
  readonly upload: { onprogress: (event: { loaded: number }) => void };
  onload: () => void;
  onerror: () => void;
  onabort: () => void;
  onloadend: () => void;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getAllResponseHeaders(): string;
  send(body: BodyInit | null): void;
  abort(): void;
}

const { XMLHttpRequest } = globalThis as unknown as {
  XMLHttpRequest?: new () => Request;
};

/** Statuses of responses that must not have a body. */
const BODILESS = [204, 205, 304];

/** A `fetch` that reports how much it has sent; undefined if there is no XMLHttpRequest. */
export function watchedFetch(
  onSent: (bytes: number) => void,
): Fetch | undefined {
  return XMLHttpRequest &&
    ((url, init) => send(new XMLHttpRequest(), url, init, onSent));
}

function send(
  request: Request,
  url: string,
  { method, headers, body, signal }: Parameters<Fetch>[1],
  onSent: (bytes: number) => void,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const abort = () => request.abort();
    request.open(method ?? "POST", url);
    request.responseType = "arraybuffer";
    headers.forEach((value, name) => request.setRequestHeader(name, value));
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => {
      const { status } = request;
      const init = { status, headers: headersOf(request) };
      const answer = BODILESS.includes(status) ? null : request.response;
      resolve(new Response(answer, init));
    };
    request.onerror = () => reject(new TypeError("The request failed."));
    request.onabort = () => reject(signal?.reason);
    request.onloadend = () => signal?.removeEventListener("abort", abort);
    if (signal?.aborted) return reject(signal.reason);
    signal?.addEventListener("abort", abort);
    request.send(body ?? null);
  });
}

function headersOf(request: Request): Headers {
  const lines = request.getAllResponseHeaders().trim().split(/[\r\n]+/);
  return new Headers(
    lines.filter((line) => line.includes(":")).map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
}
