/** What a function's process may do, and what it finds in its environment. */
import { join } from "node:path";
import { root } from "../config.ts";
import { entrypoint } from "./folder.ts";
import type { Runtime } from "./runtime.ts";

/** Memory of a hosted function's process. */
const HOSTED_HEAP_MIB = 256;

export interface Sandbox {
  /** A folder of folders, each with an index.ts or index.js. */
  dir: string;
  runtime: Runtime;
  /** The environment of a hosted function. */
  env: Record<string, string>;
  /** The only address that a function may reach, beside that of a read replica which its environment names. */
  reach: string;
  /** The memory that JavaScript values may take; that of a hosted function where absent. */
  heapMiB?: number;
}

/** No file, no program, no host but the gateway: what is missing here is missing when deployed. */
export async function sandboxed(
  { dir, runtime, env, reach, heapMiB = HOSTED_HEAP_MIB }: Sandbox,
  name: string,
  port: number,
) {
  // Libraries look for variables of theirs: to them the rest is unset and not forbidden.
  const allowEnv = runtime.ignoresEnv
    ? ["--ignore-env", `--allow-env=${Object.keys(env).join(",")}`]
    : ["--allow-env"];
  return {
    args: [
      "serve",
      "--quiet",
      "--no-prompt",
      "--cached-only",
      ...runtime.args,
      "--host=127.0.0.1",
      `--port=${port}`,
      `--allow-net=${reach},127.0.0.1:${port}${readReplica(env)}`,
      ...allowEnv,
      `--v8-flags=--max-old-space-size=${heapMiB}`,
      await entrypoint(dir, name) ?? join(dir, name),
    ],
    cwd: root,
    env: { ...runtime.env, ...env },
  };
}

/** The address of a read replica's Data API, as one more that may be reached; empty if there is none. */
function readReplica({ CONTINUUM_READ_URL }: Record<string, string>): string {
  return CONTINUUM_READ_URL ? `,${new URL(CONTINUUM_READ_URL).host}` : "";
}
