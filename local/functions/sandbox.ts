/** What a function's process may do, and what it finds in its environment. */
import { root } from "../config.ts";
import { join } from "../paths.ts";

/** Memory of a hosted function's process, in MiB. */
const HEAP_MIB = 256;

export interface Sandbox {
  /** A folder of folders, each with an index.ts. */
  dir: string;
  /** The environment of a hosted function. */
  env: Record<string, string>;
  /** The only address that a function may reach. */
  reach: string;
}

/** No file, no program, no host but the gateway: what is missing here is missing when deployed. */
export function sandboxed(
  { dir, env, reach }: Sandbox,
  name: string,
  port: number,
) {
  return {
    args: [
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
    ],
    cwd: root,
    env: { ...inherited(), ...env },
  };
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
