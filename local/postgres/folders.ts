/** Where a cluster is: in the data folder, or outside if another user than ours runs PostgreSQL. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { root } from "../config.ts";
import type { Runner } from "./runner.ts";

/** The folder of the cluster that `runner` keeps for a data folder, which is closed to other users. */
export function clusterFolder(dataDir: string, runner: Runner): string {
  const [inside, outside] = clusterFolders(dataDir);
  return runner.uid === undefined ? inside : outside;
}

/** Where the cluster of `dataDir` may be. The one outside depends on the data folder alone, and so is found again. */
export function clusterFolders(
  dataDir: string,
): [inside: string, outside: string] {
  const hash = createHash("sha256").update(`${root}|${dataDir}`).digest("hex");
  return [
    join(dataDir, "postgres"),
    `/var/tmp/continuum-data-${hash.slice(0, 12)}`,
  ];
}
