/** The folder of functions: what is in it, and when it changes. */
import { basename, join } from "node:path";
import { StackError } from "../config.ts";

/** How long the files must be quiet before a change is taken, in milliseconds. */
const QUIET_MS = 150;

/** What a function is run from: its source, or its bundle. */
const ENTRYPOINTS = ["index.ts", "index.js"];

/** @throws {StackError} where there is no such folder. */
export async function functionNames(dir: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(dir)) {
      if (!entry.isDirectory || entry.name.startsWith("_")) continue;
      if (await entrypoint(dir, entry.name) !== null) names.push(entry.name);
    }
  } catch {
    throw new StackError(`There is no folder of functions at ${dir}.`);
  }
  return names.sort();
}

/** The path of the file that a function is run from; null where there is none. */
export async function entrypoint(
  dir: string,
  name: string,
): Promise<string | null> {
  for (const file of ENTRYPOINTS) {
    const path = join(dir, name, file);
    if (await isFile(path)) return path;
  }
  return null;
}

/**
 * Calls `onChange` once the code below `dir` has changed and is quiet again. Where the system gives
 * no more watches, says so and leaves it.
 */
export function watchCode(
  dir: string,
  onChange: () => void,
): { close(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let watcher: Deno.FsWatcher;
  try {
    watcher = Deno.watchFs(dir, { recursive: true });
  } catch (error) {
    console.error(`Changes of functions are not seen: ${error}`);
    return { close() {} };
  }
  (async () => {
    for await (const { kind, paths } of watcher) {
      if (kind === "access" || !paths.some(isRelevant)) continue;
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

/** Code, or a folder: a new one's first files may come before it is watched itself. */
function isRelevant(path: string): boolean {
  return /^[^.].*\.(ts|js|json)$|^[^.]+$/.test(basename(path)) &&
    !/_test\.ts$/.test(path);
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isFile, () => false);
}
