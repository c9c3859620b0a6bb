/**
 * The project under test behind a network that fails: requests that get lost, answers that get lost after the
 * project has carried them out, answers that are cut or late, and the pages of gateways.
 */
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { type Target, target } from "../support/target.ts";

/** A request, as a fault sees it. */
export interface Passing {
  method: string;
  /** With the query, such as `/functions/v1/conversation-append`. */
  path: string;
  headers: Record<string, string | string[] | undefined>;
}

/** An answer in place of the project's. */
export interface Instead {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** What becomes of a request. */
export type Fate =
  /** It passes. */
  | null
  /** The connection breaks before the project gets it. */
  | "lost"
  /** The connection breaks after this many bytes of its body. */
  | { cutRequestAfter: number }
  /** The project carries it out, and the connection breaks before the answer. */
  | "unanswered"
  /** The connection breaks after this many bytes of the answer's body. */
  | { cutAnswerAfter: number }
  /** The project carries it out, and no answer comes while the client waits. */
  | "silent"
  /** Something on the way answers; `carriedOut`: after the project has done so. */
  | { instead: Instead; carriedOut: boolean };

export type Fault = (passing: Passing) => Fate;

export interface UnreliableNetwork extends AsyncDisposable {
  /** The project as it is reached through it. */
  at: Target;
  /** What happens from now on. */
  fail(fault: Fault): void;
  /** Every request so far, as `METHOD /path`. */
  seen: string[];
}

/** The first requests of each kind get these fates, the others pass. `matches` is a part of `METHOD /path`. */
export function first(matches: string, ...fates: Fate[]): Fault {
  return ({ method, path }) =>
    `${method} ${path}`.includes(matches) ? fates.shift() ?? null : null;
}

const HOP_BY_HOP = /^(connection|keep-alive|transfer-encoding|host)$/i;

/**
 * @param to the project behind it.
 * @param keepsAlive whether connections are used again. Deno, like browsers, then resends by itself what such a
 * connection has lost, unseen by the client.
 */
export async function unreliableNetwork(
  fault: Fault = () => null,
  { keepsAlive = false, to = target } = {},
): Promise<UnreliableNetwork> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const { method = "GET", url: path = "/", headers } = request;
    seen.push(`${method} ${path}`);
    if (!keepsAlive) response.shouldKeepAlive = false;
    const fate = fault({ method, path, headers });
    meet(fate, request, response, { at, to }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const at = { ...to, url: `http://127.0.0.1:${port}` };
  return {
    at,
    seen,
    fail: (next) => void (fault = next),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The project as clients reach it through the network, and as the network does. */
interface Ends {
  at: Target;
  to: Target;
}

async function meet(
  fate: Fate,
  request: IncomingMessage,
  response: ServerResponse,
  ends: Ends,
): Promise<void> {
  const { to } = ends;
  if (fate === "lost") return void request.socket.destroy();
  if (fate !== null && typeof fate === "object") {
    if ("cutRequestAfter" in fate) {
      return await passPartOf(request, to, fate.cutRequestAfter);
    }
    if ("instead" in fate) {
      const { status, headers, body } = fate.instead;
      if (fate.carriedOut) await (await carryOut(request, to)).body?.cancel();
      else await readAway(request);
      response.writeHead(status, headers);
      return void response.end(body);
    }
  }
  const answer = await carryOut(request, to);
  if (fate === "unanswered" || fate === "silent") {
    await answer.arrayBuffer();
    if (fate === "unanswered") request.socket.destroy();
    return;
  }
  await passOn(answer, response, ends, fate?.cutAnswerAfter ?? Infinity);
}

async function carryOut(
  request: IncomingMessage,
  to: Target,
  body = bodyOf(request),
  signal?: AbortSignal,
): Promise<Response> {
  const { method = "GET", url = "/" } = request;
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (!HOP_BY_HOP.test(name)) headers.set(name, String(value));
  }
  // fetch would undo the encoding of a body and keep the header that names it.
  headers.set("Accept-Encoding", "identity");
  return await fetch(to.url + url, {
    method,
    headers,
    body: method === "GET" || method === "HEAD" ? null : body,
    redirect: "manual",
    ...(signal && { signal }),
  });
}

function bodyOf(request: IncomingMessage): ReadableStream<Uint8Array> {
  return ReadableStream.from<Uint8Array>(request);
}

/** Passes the beginning of a body on, then breaks both connections. */
async function passPartOf(
  request: IncomingMessage,
  to: Target,
  most: number,
): Promise<void> {
  const broken = new AbortController();
  let passed = 0;
  const part = bodyOf(request).pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk.subarray(0, most - passed));
        passed += chunk.byteLength;
        if (passed >= most) broken.abort();
      },
    }),
  );
  await carryOut(request, to, part, broken.signal).catch(() => {});
  request.socket.destroy();
}

async function passOn(
  answer: Response,
  response: ServerResponse,
  ends: Ends,
  most: number,
): Promise<void> {
  const headers: Record<string, string> = {};
  answer.headers.forEach((value, name) => {
    if (!HOP_BY_HOP.test(name)) headers[name] = here(value, ends);
  });
  let body: ReadableStream<Uint8Array> | null = answer.body;
  // Where a reservation's bytes go is reached through this network too.
  if (answer.url.endsWith("/reservations")) {
    const text = here(await answer.text(), ends);
    delete headers["content-length"];
    body = new Blob([text]).stream();
  }
  response.writeHead(answer.status, headers);
  response.flushHeaders();
  let passed = 0;
  const reader = (body ?? new Blob().stream()).getReader();
  // A client that leaves a stream ends it for the project too.
  response.once("close", () => void reader.cancel().catch(() => {}));
  while (passed < most) {
    const { done, value } = await reader.read();
    if (done || response.destroyed) break;
    response.write(value.subarray(0, most - passed));
    passed += value.byteLength;
  }
  if (passed < most) return void response.end();
  // What was written has to arrive before the connection breaks.
  await new Promise((resolve) => response.write("", resolve));
  response.socket?.destroy();
}

function here(text: string, { at, to }: Ends): string {
  return text.replaceAll(to.url, at.url);
}

async function readAway(request: IncomingMessage): Promise<void> {
  for await (const _ of request);
}
