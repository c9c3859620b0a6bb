/** What is in a folder and in all folders below it. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";

export interface FoundFile {
  path: string;
  /** When it was last written, in milliseconds. */
  writtenAt: number;
}

/** The files below `folder`, without those that are removed meanwhile. */
export async function filesBelow(folder: string): Promise<FoundFile[]> {
  const entries = await readdir(folder, {
    recursive: true,
    withFileTypes: true,
  });
  const found = entries.filter((entry) => entry.isFile())
    .map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      const info = await Deno.stat(path).catch(() => null);
      return info ? [{ path, writtenAt: info.mtime?.getTime() ?? 0 }] : [];
    });
  return (await Promise.all(found)).flat();
}
