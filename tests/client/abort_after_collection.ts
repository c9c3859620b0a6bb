/** Run with --expose-gc: aborts what a client reads after the garbage collector has run. Prints `ended` for each. */
import { createContinuum } from "../../client/src/index.ts";

const { gc } = globalThis as unknown as { gc: () => void };
const BODIES: Record<string, [type: string, text: string]> = {
  follow: ["text/event-stream", 'event: head\ndata: {"last_seq":0}\n\n'],
  export: ["application/x-ndjson", '{"type":"conversation"}\n'],
  "file-download": ["text/plain", "a"],
};

/** Sends the beginning of each body, and then nothing. */
const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  ({ url }) => {
    const [, body] = Object.entries(BODIES).find(([name]) =>
      url.includes(name)
    )!;
    const [type, text] = body;
    return new Response(
      new ReadableStream({
        start: (controller) =>
          controller.enqueue(new TextEncoder().encode(text)),
      }),
      {
        headers: { "Content-Type": type, "Content-Disposition": "attachment" },
      },
    );
  },
);
const continuum = createContinuum({
  url: `http://127.0.0.1:${server.addr.port}`,
  key: "key",
  accessToken: "token",
});
const conversation = continuum.conversation("x");

/** Each calls `onBegin` once it has read something, and ends when the signal is aborted. */
const readers: ((signal: AbortSignal, onBegin: () => void) => Promise<void>)[] =
  [
    async (signal, onHead) => {
      for await (const _ of conversation.follow({ signal, onHead }));
    },
    async (signal, onBegin) => {
      for await (const _ of conversation.export({ signal })) onBegin();
    },
    async (signal, onBegin) => {
      const { body } = await continuum.files.download("x", { signal });
      for await (const _ of body!) onBegin();
    },
  ];

for (const read of readers) {
  const stop = new AbortController();
  const begun = Promise.withResolvers<void>();
  const ended = read(stop.signal, begun.resolve).catch((error) => {
    if (error.name !== "AbortError") throw error;
  });
  await begun.promise;
  // What is not referenced is collected once the current task is over.
  for (let n = 0; n < 3; n++) {
    await new Promise((next) => setTimeout(next));
    gc();
  }
  stop.abort();
  await ended;
  console.log("ended");
}
Deno.exit();
