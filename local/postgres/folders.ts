/** Where a cluster is: in the data folder, if PostgreSQL's user can reach it. */
import { root, StackError } from "../config.ts";
import { join } from "../paths.ts";
import { isReachable, type Runner } from "./runner.ts";

/**
 * The cluster's folder, made where there is none: in the data folder, or, where PostgreSQL's user
 * cannot reach that, in a place that depends on the data folder alone and so is found again.
 */
export async function clusterFolder(
  dataDir: string,
  runner: Runner,
): Promise<string> {
  const [inside, outside] = await clusterFolders(dataDir);
  const folder = await isReachable(dataDir, runner) ? inside : outside;
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
export async function clusterFolders(
  dataDir: string,
): Promise<[inside: string, outside: string]> {
  return [
    join(dataDir, "postgres"),
    `/var/tmp/continuum-data-${await shortHash(`${root}|${dataDir}`)}`,
  ];
}

async function shortHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(text),
  );
  return Array.from(
    new Uint8Array(digest).slice(0, 6),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
}
