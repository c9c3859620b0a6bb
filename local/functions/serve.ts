/** One sandboxed `deno serve` process per function, restarted when its code changes or it ends. */
import { freePort } from "../ports.ts";
import { type Child, spawnChild } from "../processes/child.ts";
import { functionNames, watchCode } from "./folder.ts";
import { type Sandbox, sandboxed } from "./sandbox.ts";

/** How long a function may take to listen, in milliseconds. */
const BOOT_MS = 20_000;

/** A function that never listened is tried this often; then only a change of its code helps. */
const BOOTS = 3;

const LONGEST_BACKOFF_MS = 5000;

/** A function that has lived this long may be restarted at once, in milliseconds. */
const HEALTHY_MS = 10_000;

/** What Deno 2.1 says at each start, although it is to be quiet. */
const LISTENING = /^deno serve: Listening on /;

export interface FunctionsOptions extends Sandbox {
  onLine: (name: string, line: string) => void;
}

export interface Functions {
  names(): string[];
  /** Where a function listens, once it does; null where it failed to start or there is none. */
  target(name: string): Promise<string | null>;
  pid(name: string): number | null;
  stop(): Promise<void>;
}

interface Served {
  child: Child | null;
  /** Resolves to its URL, or to null when it did not start. */
  ready: Promise<string | null>;
  restarts: number;
}

/** Starts them all and resolves once each has a process, before they listen. */
export async function serveFunctions(
  options: FunctionsOptions,
): Promise<Functions> {
  const served = new Map<string, Served>();
  const alive = new Set<Child>();
  let stopping = false;

  async function run(name: string, state: Served): Promise<string | null> {
    if (stopping) return null;
    const port = freePort();
    const child = spawnChild(options.runtime.program, {
      ...await sandboxed(options, name, port),
      endsBy: "TERM",
      onLine: (line) => {
        if (!LISTENING.test(line)) options.onLine(name, line);
      },
    });
    state.child = child;
    alive.add(child);
    const startedAt = Date.now();
    const url = await listens(child, port);
    void child.finished.then(() => {
      alive.delete(child);
      if (Date.now() - startedAt > HEALTHY_MS) state.restarts = 0;
      const mayRestart = url !== null || state.restarts < BOOTS - 1;
      if (mayRestart && state.child === child) restart(name, state);
    });
    return url;
  }

  /** A process that ends by itself is started again, later each time. */
  function restart(name: string, state: Served): void {
    const delay = Math.min(100 * 2 ** state.restarts++, LONGEST_BACKOFF_MS);
    state.child = null;
    state.ready = sleep(delay).then(() =>
      state.child === null ? run(name, state) : state.ready
    );
  }

  async function restartAll(): Promise<void> {
    const names = await functionNames(options.dir);
    if (stopping) return;
    for (const name of new Set([...names, ...served.keys()])) {
      const state = served.get(name) ??
        { child: null, ready: Promise.resolve(null), restarts: 0 };
      const old = state.child;
      state.child = null;
      state.restarts = 0;
      const ended = old?.end() ?? Promise.resolve();
      if (names.includes(name)) {
        served.set(name, state);
        state.ready = ended.then(() => run(name, state));
      } else served.delete(name);
    }
  }

  await restartAll();
  const watcher = watchCode(
    options.dir,
    () => void restartAll().catch((error) => console.error(error.message)),
  );
  return {
    names: () => [...served.keys()],
    target: async (name) => await served.get(name)?.ready ?? null,
    pid: (name) => served.get(name)?.child?.pid ?? null,
    async stop() {
      stopping = true;
      watcher.close();
      await Promise.all([...alive].map((child) => child.end()));
    },
  };
}

async function listens(child: Child, port: number): Promise<string | null> {
  const deadline = Date.now() + BOOT_MS;
  while (!child.ended() && Date.now() < deadline) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return `http://127.0.0.1:${port}`;
    } catch {
      await sleep(30);
    }
  }
  return null;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
