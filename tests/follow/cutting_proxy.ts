/** A proxy between a client and the project that cuts connections at random. */
import { type Target, target } from "../support/target.ts";

export interface CuttingProxy extends AsyncDisposable {
  at: Target;
  /** Connections that it has cut so far. */
  cuts(): number;
}

/** Passes requests on and cuts each response after a random number of bytes, or after two seconds. */
export function cuttingProxy(maxBytes: number): CuttingProxy {
  let cuts = 0;
  const stop = new AbortController();
  const server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: 0,
      onListen: () => {},
      signal: stop.signal,
      onError: () => new Response(null, { status: 502 }),
    },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const headers = new Headers(request.headers);
      headers.delete("Host");
      const upstream = new AbortController();
      request.signal.addEventListener("abort", () => upstream.abort());
      const response = await fetch(target.url + pathname + search, {
        headers,
        signal: upstream.signal,
      });
      const cut = () => {
        cuts++;
        upstream.abort();
      };
      return new Response(response.body?.pipeThrough(cutting(maxBytes, cut)), {
        status: response.status,
        headers: response.headers,
      });
    },
  );
  return {
    at: { ...target, url: `http://127.0.0.1:${server.addr.port}` },
    cuts: () => cuts,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.finished;
    },
  };
}

function cutting(
  maxBytes: number,
  cut: () => void,
): TransformStream<Uint8Array, Uint8Array> {
  let left = Math.floor(Math.random() * maxBytes);
  let timer: ReturnType<typeof setTimeout>;
  return new TransformStream({
    start(controller) {
      timer = setTimeout(() => {
        cut();
        controller.error(new Error("Cut"));
      }, Math.random() * 2000);
    },
    transform(chunk, controller) {
      controller.enqueue(chunk.subarray(0, left));
      left -= chunk.length;
      if (left > 0) return;
      clearTimeout(timer);
      cut();
      controller.error(new Error("Cut"));
    },
    flush: () => clearTimeout(timer),
  });
}
