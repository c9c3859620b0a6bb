/**
 * A function in a process of its own, which reaches its project through a proxy that can fail. For
 * tests of what is left behind when something between two steps breaks.
 */
import { functionsFromEnv, root } from "../../local/config.ts";
import { chooseFunctions } from "../../local/functions/choice.ts";
import { entrypoint } from "../../local/functions/folder.ts";
import { type Target, target } from "./target.ts";

/** A request of the function to its project, as a fault sees it. */
export interface Passing {
  method: string;
  /** Such as `/rest/v1/rpc/complete_file`. */
  path: string;
  /** Passes the request on and gives its answer back. */
  forward(): Promise<Response>;
}

/** Answers in place of the project; null lets the request pass. */
export type Fault = (passing: Passing) => Response | Promise<Response> | null;

/** Holds a request until the test is over, and says when it came. */
export interface Hold {
  fault: Fault;
  reached: Promise<void>;
}

export interface FaultyProject extends AsyncDisposable {
  /** The project with its fault: `/functions/v1/<name>` is the process, the rest passes the proxy. */
  at: Target;
  /** Where the process itself listens, for `/<name>`. */
  functionUrl: string;
  /** What goes wrong from now on. */
  fail(fault: Fault): void;
  /** SIGKILL, in the middle of whatever the function does. */
  kill(): Promise<void>;
}

/**
 * Holds the first request that `matches`: as it comes, or where `passed` once the project has
 * answered it, so that the function never learns of it.
 */
export function hold(
  matches: (passing: Passing) => boolean,
  { passed }: { passed: boolean },
): Hold {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    reached: promise,
    fault: (passing) => {
      if (!matches(passing)) return null;
      return (async () => {
        if (passed) await (await passing.forward()).body?.cancel();
        resolve();
        return await never();
      })();
    },
  };
}

/** An answer that does not come. */
export function never(): Promise<Response> {
  return new Promise(() => {});
}

/** Storage counts as out of reach after this long here, in milliseconds. */
const STORAGE_TIMEOUT_MS = 1500;

/** What a function is served with instead of what is deployed. */
export interface FaultyOptions {
  /** Another module in the function's place. */
  entry?: string;
  /** Put into its environment. */
  settings?: Record<string, string>;
}

/** Serves the function `name` behind a proxy to the project under test. */
export async function faultyProject(
  name: string,
  { entry, settings }: FaultyOptions = {},
): Promise<FaultyProject> {
  let fault: Fault = () => null;
  let functionUrl = "";
  const stop = new AbortController();
  const proxy = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: 0,
      onListen: () => {},
      onError,
      signal: stop.signal,
    },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      if (pathname.startsWith("/functions/v1/")) {
        const path = pathname.slice("/functions/v1".length) + search;
        return await pass(request, functionUrl + path);
      }
      const forward = () => pass(request, target.url + pathname + search);
      const passing = { method: request.method, path: pathname, forward };
      return await (fault(passing) ?? forward());
    },
  );
  const url = `http://127.0.0.1:${proxy.addr.port}`;
  const { dir, runtime } = await chooseFunctions(functionsFromEnv());
  const child = new Deno.Command(runtime.program, {
    args: [
      "serve",
      "-A",
      ...runtime.args,
      "--host=127.0.0.1",
      "--port=0",
      entry ?? await entrypoint(dir, name) ?? name,
    ],
    cwd: root,
    env: {
      ...runtime.env,
      ...await environment(url),
      ...settings,
      NO_COLOR: "1",
    },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  functionUrl = await announced(child.stderr);

  return {
    at: { ...target, url },
    functionUrl,
    fail: (next) => fault = next,
    async kill() {
      child.kill("SIGKILL");
      await child.status;
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It was killed by the test.
      }
      await child.status;
      // What is held never ends by itself.
      stop.abort();
      await proxy.finished;
    },
  };
}

/** What a function finds in its environment, with the proxy as its project. */
async function environment(url: string): Promise<Record<string, string>> {
  const jwks = await fetch(`${target.url}/auth/v1/.well-known/jwks.json`);
  return {
    SUPABASE_URL: url,
    SUPABASE_JWKS: await jwks.text(),
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({
      default: target.publishableKey,
    }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: target.secretKey }),
    STORAGE_TIMEOUT_MS: String(STORAGE_TIMEOUT_MS),
  };
}

async function pass(request: Request, url: string): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.delete("Host");
  return await fetch(url, {
    method: request.method,
    headers,
    body: request.body,
    redirect: "manual",
    signal: request.signal,
  });
}

/** The URL that `deno serve` says it listens on; reads away whatever it says afterwards. */
async function announced(output: ReadableStream<Uint8Array>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  (async () => {
    let said = "";
    for await (const text of output.pipeThrough(new TextDecoderStream())) {
      said += text;
      const url = /Listening on (http:\S+?)\/?\s/.exec(said)?.[1];
      if (url) resolve(url);
    }
    reject(new Error(`The function did not start: ${said}`));
  })();
  return await promise;
}

function onError(): Response {
  return new Response("The proxy found nobody.", { status: 502 });
}
