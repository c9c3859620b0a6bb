/** Which runs of `deno test` the arguments of `deno task test` ask for. */
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The suites of the project itself. */
const SUITES = ["tests", "supabase", "local"];

/**
 * The suites of the client's adapters. They are a project of their own, so that the frameworks that they need
 * are not installed with the local stack.
 */
const ADAPTERS = "tests/adapters";

/** The arguments of one `deno test`. */
export type Run = string[];

/**
 * The runs for these arguments, one for each project whose tests they name: all tests if they name no path.
 * Options apply to each run.
 */
export function runsFor(args: readonly string[]): Run[] {
  const paths = args.filter(exists);
  const others = args.filter((arg) => !paths.includes(arg));
  const named = paths.length > 0 ? paths : [...SUITES];
  const ours = named.filter((path) => !isWithin(path, ADAPTERS));
  const adapters = [
    ...named.filter((path) => isWithin(path, ADAPTERS)),
    ...ours.some((path) => isWithin(ADAPTERS, path)) ? [ADAPTERS] : [],
  ];
  return [
    ...ours.length > 0 ? [[...others, ...ours]] : [],
    ...adapters.length > 0
      ? [["--config", `${ADAPTERS}/deno.json`, ...others, ...adapters]]
      : [],
  ];
}

function exists(path: string): boolean {
  try {
    return !path.startsWith("-") && Boolean(Deno.statSync(path));
  } catch {
    return false;
  }
}

function isWithin(path: string, folder: string): boolean {
  const from = relative(resolve(root, folder), resolve(path));
  return !/^\.\.(\/|$)/.test(from);
}
