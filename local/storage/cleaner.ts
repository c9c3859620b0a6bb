// Bytes without a row: what a crash left between the two.
import { dirname, join } from "node:path";
import { folders, pruneFolders } from "./bytes.ts";
import { service } from "./caller.ts";
import type { Database } from "./db.ts";
import { RESUMABLE_TTL_MS } from "./resumable.ts";

/** Younger files may belong to an upload of another process that is just finishing. */
const GRACE_MS = 60_000;

interface Found {
  path: string;
  name: string;
  age: number;
}

/**
 * Removes temporary files, expired resumable uploads, and versions that no row names. Answers how
 * many files that were.
 */
export async function removeOrphans(
  db: Database,
  root: string,
): Promise<number> {
  const { objects, incoming, resumable } = folders(root);
  const doomed: Found[] = [];
  for await (const file of files(incoming)) {
    if (file.age > GRACE_MS) doomed.push(file);
  }
  for await (const file of files(resumable)) {
    if (file.age > RESUMABLE_TTL_MS) doomed.push(file);
  }
  let batch: Found[] = [];
  const judge = async () => {
    const versions = await liveVersions(db, batch.map(({ name }) => name));
    doomed.push(...batch.filter(({ name }) => !versions.has(name)));
    batch = [];
  };
  for await (const file of files(objects)) {
    if (file.age > GRACE_MS) batch.push(file);
    if (batch.length === 500) await judge();
  }
  await judge();
  for (const { path } of doomed) {
    await Deno.remove(path);
    await pruneFolders(dirname(path), objects);
  }
  return doomed.length;
}

async function liveVersions(
  db: Database,
  versions: string[],
): Promise<Set<string>> {
  if (versions.length === 0) return new Set();
  const self = service(new Request("http://localhost/"));
  const rows = await db.as(
    self,
    "storage.object.clean",
    (sql) =>
      sql<{ version: string }[]>`
        select version from storage.objects where version = any(${versions})`,
  );
  return new Set(rows.map(({ version }) => version));
}

async function* files(folder: string): AsyncGenerator<Found> {
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* files(path);
    else {
      const { mtime } = await Deno.stat(path);
      yield {
        path,
        name: entry.name,
        age: Date.now() - (mtime?.getTime() ?? 0),
      };
    }
  }
}
