/** One sandboxed `deno serve` process per function, restarted when its code changes or it ends. */
import { root, StackError } from "../config.ts";
import { basename, join } from "../paths.ts";
import { type Child, spawnChild } from "../processes/child.ts";
import { freePort } from "../ports.ts";

/** Memory of a hosted function's process, in MiB. */
const HEAP_MIB = 256;

/** How long the files must be quiet before a change is taken, in milliseconds. */
const QUIET_MS = 150;

const LONGEST_BACKOFF_MS = 5000;

export interface FunctionsOptions {
  /** A folder of folders, each with an index.ts. */
  dir: string;
  /** The environment of a hosted function. */
  env: Record<string, string>;
  /** The only address that a function may reach. */
  reach: string;
  onLine: (name: string, line: string) => void;
  onChild: (child: Child) => Promise<void>;
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

export async function serveFunctions(
  options: FunctionsOptions,
): Promise<Functions> {
  const served = new Map<string, Served>();
  let stopping = false;

  async function run(name: string, state: Served): Promise<string | null> {
    const port = await freePort();
    const child = spawnChild(Deno.execPath(), {
      args: sandbox(options, name, port),
      cwd: root,
      env: { ...inherited(), ...options.env },
      onLine: (line) => options.onLine(name, line),
    });
    state.child = child;
    await options.onChild(child);
    child.finished.then(() => void restartAfter(name, state, child));
    return await listens(child, port);
  }

  /** A process that ends by itself is started again, later each time. */
  async function restartAfter(
    name: string,
    state: Served,
    child: Child,
  ): Promise<void> {
    if (stopping || state.child !== child) return;
    const delay = Math.min(100 * 2 ** state.restarts++, LONGEST_BACKOFF_MS);
    await new Promise((resolve) => setTimeout(resolve, delay));
    if (!stopping && state.child === child) state.ready = run(name, state);
  }

  async function restartAll(): Promise<void> {
    for (const name of await functionNames(options.dir)) {
      const state = served.get(name) ??
        { child: null, ready: Promise.resolve(null), restarts: 0 };
      const old = state.child;
      state.child = null;
      state.restarts = 0;
      served.set(name, state);
      state.ready = (old?.end("SIGTERM") ?? Promise.resolve()).then(() =>
        run(name, state)
      );
    }
  }

  await restartAll();
  const watcher = watch(options.dir, () => void restartAll());
  return {
    names: () => [...served.keys()],
    target: async (name) => await served.get(name)?.ready ?? null,
    pid: (name) => served.get(name)?.child?.pid ?? null,
    async stop() {
      stopping = true;
      watcher.close();
      await Promise.all([...served.values()].map(async (state) => {
        await state.ready;
        await state.child?.end("SIGTERM");
      }));
    },
  };
}

/** No file, no program, no host but the gateway: what is missing here is missing when deployed. */
function sandbox(
  { dir, env, reach }: FunctionsOptions,
  name: string,
  port: number,
): string[] {
  return [
    "serve",
    "--quiet",
    "--no-prompt",
    "--cached-only",
    "--host=127.0.0.1",
    `--port=${port}`,
    `--allow-net=${reach},127.0.0.1:${port}`,
    `--allow-env=${Object.keys(env).join(",")}`,
    // Libraries look for variables of theirs: to them the rest is unset and not forbidden.
    "--ignore-env",
    `--v8-flags=--max-old-space-size=${HEAP_MIB}`,
    join(dir, name, "index.ts"),
  ];
}

/** What Deno itself needs to find its cache; a function may not read it. */
function inherited(): Record<string, string> {
  const names = [
    "HOME",
    "PATH",
    "DENO_DIR",
    "XDG_CACHE_HOME",
    "LOCALAPPDATA",
    "TMPDIR",
  ];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function listens(child: Child, port: number): Promise<string | null> {
  while (!child.ended()) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return `http://127.0.0.1:${port}`;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }
  return null;
}

async function functionNames(dir: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(dir)) {
      if (!entry.isDirectory || entry.name.startsWith("_")) continue;
      const hasIndex = await Deno.stat(join(dir, entry.name, "index.ts")).then(
        () => true,
        () => false,
      );
      if (hasIndex) names.push(entry.name);
    }
  } catch {
    throw new StackError(`There is no folder of functions at ${dir}.`);
  }
  return names.sort();
}

/** Calls `onChange` once the files below `dir` have changed and are quiet again. */
function watch(dir: string, onChange: () => void): { close(): void } {
  const watcher = Deno.watchFs(dir, { recursive: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  (async () => {
    for await (const { kind, paths } of watcher) {
      if (kind === "access" || !paths.some(isCode)) continue;
      clearTimeout(timer);
      timer = setTimeout(onChange, QUIET_MS);
    }
  })();
  return {
    close() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}

function isCode(path: string): boolean {
  return /\.(ts|json)$/.test(path) && !/_test\.ts$/.test(path) &&
    !basename(path).startsWith(".");
}
