/** A new cluster, as a hosted project's is made. */
import { join } from "node:path";
import { StackError } from "../config.ts";
import { run } from "../processes/run.ts";
import type { Runner } from "./runner.ts";

/** Makes a cluster, in place of what an earlier start has not finished. Its folder is closed to other users. */
export async function initialise(
  home: string,
  cluster: string,
  runner: Runner,
  superuserPassword: string,
): Promise<void> {
  await removeUnfinished(cluster);
  const password = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(password, superuserPassword);
    if (runner.uid !== undefined) {
      await Deno.chown(password, runner.uid, runner.gid ?? null);
    }
    await run(join(home, "bin/initdb"), {
      args: [
        `--pgdata=${cluster}`,
        "--username=supabase_admin",
        `--pwfile=${password}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        // As on a hosted project, letters of every script are letters; search depends on it.
        `--locale=${Deno.build.os === "darwin" ? "en_US.UTF-8" : "C.UTF-8"}`,
        "--no-instructions",
      ],
      cwd: "/",
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
      clearEnv: true,
      ...runner,
    }, `PostgreSQL cannot make its data folder ${cluster}:`);
  } finally {
    await Deno.remove(password);
  }
}

async function removeUnfinished(cluster: string): Promise<void> {
  await Deno.remove(cluster, { recursive: true }).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return;
    throw new StackError(
      `${cluster} cannot be used: remove it, or set LOCAL_DATA_DIR.`,
    );
  });
}
