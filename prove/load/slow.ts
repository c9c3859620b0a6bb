/** Clients that read or send so slowly that their requests do not end. */
import type { Actor } from "../../tests/support/actors.ts";

/** How often a slow client does something, in milliseconds. */
const STEP_MS = 200;

/** Begins requests that are sent or read a little at a time; ends them when it is disposed of. */
export class SlowClients implements AsyncDisposable {
  readonly #ending = new AbortController();
  readonly #running: Promise<void>[] = [];
  readonly #begun: Promise<void>[] = [];

  constructor(readonly apiUrl: string) {}

  /** Asks for a path, and reads 512 bytes of the answer in each step. */
  read(actor: Actor, path: string): void {
    this.#run(async (connection, signal, begun) => {
      await write(connection, head("GET", path, actor, {}));
      const buffer = new Uint8Array(512);
      while (!signal.aborted && await connection.read(buffer) !== null) {
        begun();
        await step(signal);
      }
    });
  }

  /**
   * Announces a body of a mebibyte, and sends 64 bytes of it in each step, after 256 KiB at once: enough to recognise a
   * file, and for an upload to begin.
   */
  send(actor: Actor, path: string, type: string): void {
    this.#run(async (connection, signal, begun) => {
      await write(
        connection,
        head("POST", path, actor, {
          "Content-Type": type,
          "Content-Length": "1048576",
          "X-File-Name": "slow.txt",
        }),
      );
      await write(connection, '{"messages":[ '.padEnd(262_144));
      begun();
      while (!signal.aborted) {
        await write(connection, " ".repeat(64));
        await step(signal);
      }
    });
  }

  /** Resolves once each is being served or was refused: what they ask for is work like any other. */
  async begun(): Promise<void> {
    await Promise.all(this.#begun);
  }

  #run(
    use: (
      connection: Deno.TcpConn,
      signal: AbortSignal,
      begun: () => void,
    ) => Promise<void>,
  ): void {
    const { signal } = this.#ending;
    const { promise, resolve: begun } = Promise.withResolvers<void>();
    this.#begun.push(promise);
    this.#running.push((async () => {
      const { hostname, port } = new URL(this.apiUrl);
      const connection = await Deno.connect({ hostname, port: Number(port) });
      const close = () => {
        try {
          connection.close();
        } catch {
          // It is closed.
        }
      };
      signal.addEventListener("abort", close);
      try {
        await use(connection, signal, begun);
      } catch {
        // Its end, from here or from there.
      } finally {
        begun();
        signal.removeEventListener("abort", close);
        close();
      }
    })());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#running);
  }
}

function head(
  method: string,
  path: string,
  actor: Actor,
  headers: Record<string, string>,
): string {
  const lines = Object.entries({
    Host: "127.0.0.1",
    ...actor.headers,
    ...headers,
    Connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} /functions/v1/${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

async function write(connection: Deno.TcpConn, text: string): Promise<void> {
  let rest: Uint8Array = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(await connection.write(rest));
}

function step(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, STEP_MS);
    signal.addEventListener("abort", done);
  });
}
