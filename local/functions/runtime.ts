/** The Deno that runs the functions: the stack's own, or another version, such as the hosted runtime's. */
import { join } from "node:path";
import { buildDir } from "../config.ts";
import { run } from "../processes/run.ts";
import { entrypoint, functionNames } from "./folder.ts";

export interface Runtime {
  program: string;
  /** Options of `deno serve` that say where packages come from. */
  args: string[];
  /** What Deno itself needs of its environment. */
  env: Record<string, string>;
  /** Whether a variable that a function may not read can be unset to it: --ignore-env. */
  ignoresEnv: boolean;
}

/** What Deno needs to find its cache. */
const CACHE_VARIABLES = [
  "HOME",
  "PATH",
  "DENO_DIR",
  "XDG_CACHE_HOME",
  "LOCALAPPDATA",
  "TMPDIR",
];

/**
 * @param deno a version on npm or the path of a program; the Deno that runs this where absent.
 * @param dir the folder of functions. Another version may have to download their packages.
 * @throws {StackError} where it does not run.
 */
export async function runtimeFor(
  deno: string | undefined,
  dir: string,
): Promise<Runtime> {
  return deno === undefined ? own() : await other(deno, dir);
}

function own(): Runtime {
  const env: Record<string, string> = {};
  for (const name of CACHE_VARIABLES) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return {
    program: Deno.execPath(),
    args: [],
    env,
    ignoresEnv: true,
  };
}

/**
 * A Deno with a cache of its own, since each version empties that of another, and without node_modules, which it
 * would change. An older one knows neither our lock file nor --ignore-env, so its environment has little to read.
 * Sources are type checked: it has another TypeScript, and other types of the platform.
 */
async function other(deno: string, dir: string): Promise<Runtime> {
  const { program, version } = await locate(deno);
  const env = {
    DENO_DIR: join(buildDir, `deno-${version}`),
    PATH: Deno.env.get("PATH") ?? "",
  };
  const config = join(dir, "deno.json");
  const configured = await Deno.stat(config).then(() => true, () => false);
  if (!configured) {
    return { program, args: ["--no-lock"], env, ignoresEnv: false };
  }

  // As an import map alone: an older Deno refuses a configuration file that lies in a workspace without being a member.
  const args = [
    "--no-config",
    `--import-map=${config}`,
    "--no-lock",
    "--node-modules-dir=none",
  ];
  const names = await functionNames(dir);
  const files = await Promise.all(
    names.map(async (name) => await entrypoint(dir, name) ?? name),
  );
  await runDeno(
    program,
    ["cache", "--quiet", "--check", ...args, ...files],
    env,
  );
  return { program, args, env, ignoresEnv: false };
}

/** The path and version of a Deno. */
async function locate(deno: string) {
  const ask = [
    "eval",
    "--no-config",
    "console.log(Deno.execPath(), Deno.version.deno)",
  ];
  const printed = /^\d+\.\d+\.\d+$/.test(deno)
    ? await runDeno("npx", ["-y", `deno@${deno}`, ...ask])
    : await runDeno(deno, ask);
  const [, program = deno, version = "unknown"] =
    /^(.*) (\S+)$/.exec(printed.trim()) ?? [];
  return { program, version };
}

/** Runs a Deno to its end and returns what it has printed. */
async function runDeno(
  program: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { stdout } = await run(program, {
    args,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...env },
  }, `LOCAL_FUNCTIONS_DENO does not run "${program} ${args.join(" ")}":`);
  return stdout;
}
