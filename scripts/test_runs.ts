/** Which runs of `deno test` the arguments of `deno task test` ask for. */
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/**
 * The suites of the client's adapters. They are a project of their own, so that the frameworks that they need
 * are not installed with the local stack.
 */
const ADAPTERS = "tests/adapters";

/** The folders that take longest. They begin first, so that nobody waits for one of them at the end. */
const LONGEST = [
  "tests/prove",
  "tests/local",
  "tests/access",
  "tests/adapters",
  "tests/console",
  "tests/files",
  "tests/client",
];

/** One `deno test`. */
export interface Run {
  /** The folder that it is about. */
  name: string;
  /** The folder of the project whose packages it needs. */
  project: string;
  /** The arguments of `deno test`. */
  args: string[];
}

/**
 * The runs for these arguments: one for each folder of tests if they name no path, else one for each project whose
 * tests they name. Options apply to each run.
 */
export function runsFor(args: readonly string[]): Run[] {
  const paths = args.filter(exists);
  const options = args.filter((arg) => !paths.includes(arg));
  if (paths.length === 0 || paths.some((path) => isWithin("tests", path))) {
    return folders().map((folder) => runOf(folder, [folder], options));
  }
  const ours = paths.filter((path) => !isWithin(path, ADAPTERS));
  const adapters = paths.filter((path) => isWithin(path, ADAPTERS));
  return [
    ...ours.length > 0 ? [runOf("tests", ours, options)] : [],
    ...adapters.length > 0 ? [runOf(ADAPTERS, adapters, options)] : [],
  ];
}

function runOf(name: string, paths: string[], options: string[]): Run {
  const project = name === ADAPTERS ? ADAPTERS : ".";
  const config = project === "." ? [] : ["--config", `${project}/deno.json`];
  return {
    name,
    project,
    args: [...config, ...options, ...paths],
  };
}

/** The folders that hold all tests. */
function folders(): string[] {
  const inTests = [...Deno.readDirSync(resolve(root, "tests"))]
    .filter(({ name, isDirectory }) =>
      isDirectory && hasTests(resolve(root, "tests", name))
    )
    .map(({ name }) => `tests/${name}`).sort();
  return [...new Set([...LONGEST, ...inTests, "supabase", "local", "console"])];
}

function hasTests(folder: string): boolean {
  return [...Deno.readDirSync(folder)].some(({ name, isDirectory }) =>
    isDirectory
      ? name !== "node_modules" && hasTests(resolve(folder, name))
      : /(^|[._])test\.ts$/.test(name)
  );
}

function exists(path: string): boolean {
  try {
    return !path.startsWith("-") && Boolean(Deno.statSync(path));
  } catch {
    return false;
  }
}

function isWithin(path: string, folder: string): boolean {
  const from = relative(resolve(root, folder), resolve(root, path));
  return !/^\.\.(\/|$)/.test(from);
}
