/** Where a cluster is: in the data folder, or outside if another user than ours runs PostgreSQL. */
import { createHash } from "node:crypto";
import { root, StackError } from "../config.ts";
import { join } from "../paths.ts";
import type { Runner } from "./runner.ts";

/**
 * The cluster's folder, made if there is none: in the data folder, or, since that is closed to another
 * user, in a place that depends on the data folder alone and so is found again.
 */
export async function clusterFolder(
  dataDir: string,
  runner: Runner,
): Promise<string> {
  const [inside, outside] = clusterFolders(dataDir);
  const folder = runner.uid === undefined ? inside : outside;
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid } = await Deno.lstat(folder);
  if (uid === (runner.uid ?? Deno.uid())) return folder;
  if (runner.uid === undefined || uid !== 0) {
    throw new StackError(
      `${folder} belongs to another user: remove it, or set LOCAL_DATA_DIR.`,
    );
  }
  await Deno.chown(folder, runner.uid, runner.gid ?? null);
  return folder;
}

/** Where the cluster of `dataDir` may be. */
export function clusterFolders(
  dataDir: string,
): [inside: string, outside: string] {
  return [
    join(dataDir, "postgres"),
    `/var/tmp/continuum-data-${shortHash(`${root}|${dataDir}`)}`,
  ];
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
