/** `deno task start` as a user runs it: a process to signal, and what it printed. */
import { join } from "node:path";
import { freePort } from "../../local/ports.ts";
import { temporaryDataFolder } from "../../local/temporary.ts";
import type { Target } from "../support/target.ts";
import { descendants, until } from "./processes.ts";

const root = new URL("../../", import.meta.url);

/** Where a launched stack is to be. */
export interface Place {
  dataDir: string;
  port: number;
  dbPort: number;
}

/** A place of its own, removed when the test ends. */
export async function newPlace(): Promise<Place & AsyncDisposable> {
  const folder = await temporaryDataFolder();
  return {
    dataDir: folder.path,
    port: freePort(),
    dbPort: freePort(),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function environment({ dataDir, port, dbPort }: Place): Record<string, string> {
  return {
    LOCAL_DATA_DIR: dataDir,
    LOCAL_PORT: String(port),
    LOCAL_DB_PORT: String(dbPort),
  };
}

/** A launched stack; one that is still running when the test ends is asked to end. */
export interface Launched extends AsyncDisposable {
  process: Deno.ChildProcess;
  /** What it has printed up to now. */
  printed(): string;
  /** Resolves once it says that it is ready; throws with what it printed when it ends before. */
  ready(): Promise<void>;
  ended(): Promise<number>;
  /** Asks it to end and gives back its exit code. */
  stop(signal?: Deno.Signal): Promise<number>;
  /** It and all that it has started. */
  pids(): Promise<number[]>;
  /** Once it is ready. */
  target: Target;
}

export interface LaunchOptions {
  /** `deno run` of local/start.ts unless another is given. */
  command?: string[];
  /** The checkout to launch from. */
  cwd?: string | URL;
  env?: Record<string, string>;
}

export function launch(
  place: Place,
  { command, cwd = root, env }: LaunchOptions = {},
): Launched {
  const [program, ...args] = command ??
    [Deno.execPath(), "run", "-A", "local/start.ts"];
  const process = new Deno.Command(program ?? "", {
    args,
    cwd,
    env: { ...environment(place), ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      text += part;
    }
  };
  const collected = Promise.all([
    collect(process.stdout),
    collect(process.stderr),
  ]);
  let over = false;
  const ended = process.status.then(async ({ code }) => {
    over = true;
    await collected;
    return code;
  });
  const stop = async (signal: Deno.Signal = "SIGTERM") => {
    if (!over) process.kill(signal);
    return await ended;
  };
  return {
    process,
    printed: () => text,
    ended: () => ended,
    stop,
    pids: () => descendants(process.pid),
    ready: () =>
      until(() => {
        if (over) throw new Error(`It ended before it was ready:\n${text}`);
        return text.includes("stops it; your data stays");
      }, 60),
    get target() {
      const { apiUrl, ...rest } = JSON.parse(
        Deno.readTextFileSync(join(place.dataDir, "stack.json")),
      );
      return { url: apiUrl, ...rest };
    },
    [Symbol.asyncDispose]: async () => void await stop(),
  };
}

/** Runs the file of a task to its end. */
export async function runTask(
  file: string,
  place: Place,
): Promise<{ code: number; printed: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", file],
    cwd: root,
    env: environment(place),
  }).output();
  const decoder = new TextDecoder();
  return { code, printed: decoder.decode(stdout) + decoder.decode(stderr) };
}
