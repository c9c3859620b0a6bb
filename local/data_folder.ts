/** The folder in which a stack keeps everything that outlives it. */
import { join, resolve } from "node:path";
import { StackError } from "./config.ts";
import { clusterFolders } from "./postgres/folders.ts";

/** Locked by the stack that runs on the folder; made by its first. */
export const LOCK_FILE = "lock";

/**
 * Makes the folder if there is none, closes it to other users, and returns its absolute path.
 *
 * @throws {StackError} if it cannot be written to, belongs to somebody else, or holds other things.
 */
export async function openDataFolder(path: string): Promise<string> {
  const dataDir = resolve(path);
  try {
    await Deno.mkdir(dataDir, { recursive: true, mode: 0o700 });
    await Deno.remove(await Deno.makeTempFile({ dir: dataDir }));
  } catch {
    throw new StackError(
      `The data folder ${dataDir} cannot be written to. Change its owner, or set LOCAL_DATA_DIR.`,
    );
  }
  await closeToOthers(dataDir);
  return dataDir;
}

/** A folder that is open to others is closed only if it is a stack's own: it may be anything. */
async function closeToOthers(dataDir: string): Promise<void> {
  const { uid, mode } = await Deno.stat(dataDir);
  if (uid !== Deno.uid()) {
    throw new StackError(
      `The data folder ${dataDir} belongs to another user. Change its owner, or set LOCAL_DATA_DIR.`,
    );
  }
  if (mode === null || (mode & 0o077) === 0) return;
  const names = (await Array.fromAsync(Deno.readDir(dataDir)))
    .map(({ name }) => name);
  if (names.length > 0 && !names.includes(LOCK_FILE)) {
    throw new StackError(
      `The data folder ${dataDir} holds files of something else: set LOCAL_DATA_DIR to an empty one.`,
    );
  }
  await Deno.chmod(dataDir, 0o700);
}

/** Writes a file that only its owner may read; a reader finds the old content or the new. */
export async function writePrivately(
  path: string,
  text: string,
): Promise<void> {
  const unfinished = `${path}.new`;
  await Deno.writeTextFile(unfinished, text, { mode: 0o600 });
  await Deno.rename(unfinished, path);
}

/** Removes the database and the files; keys and passwords stay. */
export async function emptyDataFolder(dataDir: string): Promise<void> {
  for (
    const folder of [...clusterFolders(dataDir), join(dataDir, "files")]
  ) {
    await Deno.remove(folder, { recursive: true }).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return;
      throw new StackError(
        `${folder} cannot be removed: it belongs to somebody else.`,
      );
    });
  }
}
