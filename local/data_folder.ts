/** The folder in which a stack keeps everything that outlives it. */
import { StackError } from "./config.ts";
import { join, resolve } from "./paths.ts";
import { clusterFolders } from "./postgres/folders.ts";

/**
 * Makes the folder where there is none, and gives back its absolute path.
 *
 * @throws {StackError} where it cannot be written to.
 */
export async function openDataFolder(path: string): Promise<string> {
  const dataDir = resolve(path);
  try {
    await Deno.mkdir(dataDir, { recursive: true });
    await Deno.remove(await Deno.makeTempFile({ dir: dataDir }));
    return dataDir;
  } catch {
    throw new StackError(
      `The data folder ${dataDir} cannot be written to. Change its owner, or set LOCAL_DATA_DIR.`,
    );
  }
}

/** Removes the database and the files; the signing key stays, and with it the users' tokens. */
export async function emptyDataFolder(dataDir: string): Promise<void> {
  for (
    const folder of [...await clusterFolders(dataDir), join(dataDir, "files")]
  ) {
    await Deno.remove(folder, { recursive: true }).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return;
      throw new StackError(
        `${folder} cannot be removed: it belongs to somebody else.`,
      );
    });
  }
}
