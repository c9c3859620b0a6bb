// Bytes without a row: what a crash left between the two.
import { basename, dirname } from "node:path";
import { filesBelow } from "../files_below.ts";
import { folders, pruneFolders } from "./bytes.ts";
import { service } from "./caller.ts";
import type { Database } from "./db.ts";
import { RESUMABLE_TTL_MS } from "./resumable.ts";

/** Younger files may belong to an upload of another process that is just finishing. */
const GRACE_MS = 60_000;

/**
 * Removes temporary files, expired resumable uploads, and versions that no row names. Answers how
 * many files that were.
 */
export async function removeOrphans(
  db: Database,
  root: string,
): Promise<number> {
  const { objects, incoming, resumable } = folders(root);
  const doomed = [
    ...await filesOlderThan(GRACE_MS, incoming),
    ...await filesOlderThan(RESUMABLE_TTL_MS, resumable),
    ...await withoutRow(db, await filesOlderThan(GRACE_MS, objects)),
  ];
  for (const path of doomed) {
    await Deno.remove(path);
    await pruneFolders(dirname(path), objects);
  }
  return doomed.length;
}

/** Those of an object's versions that no row names. */
async function withoutRow(db: Database, paths: string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const rows = await db.as(
    service(new Request("http://localhost/")),
    "storage.object.clean",
    (sql) =>
      sql<{ version: string }[]>`
        select version from storage.objects where version = any(${
        paths.map((path) => basename(path))
      })`,
  );
  const versions = new Set(rows.map(({ version }) => version));
  return paths.filter((path) => !versions.has(basename(path)));
}

/** The files below a folder that were last written longer than `ms` ago. */
async function filesOlderThan(ms: number, folder: string): Promise<string[]> {
  return (await filesBelow(folder))
    .filter(({ writtenAt }) => Date.now() - writtenAt > ms)
    .map(({ path }) => path);
}
