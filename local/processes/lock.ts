/** Who has a data folder: the stack that runs on it, by a lock that ends with its process. */
import { join } from "node:path";
import { StackError } from "../config.ts";
import { LOCK_FILE } from "../data_folder.ts";

/**
 * Takes a data folder, and returns how to give it back.
 *
 * @throws {StackError} if a stack is running on it.
 */
export async function takeDataFolder(dataDir: string): Promise<() => void> {
  const path = join(dataDir, LOCK_FILE);
  const lock = await Deno.open(path, {
    create: true,
    write: true,
    mode: 0o600,
  });
  if (!await lock.tryLock(true)) {
    lock.close();
    const pid = await Deno.readTextFile(path);
    throw new StackError(
      `A stack is running on ${dataDir} already (process ${pid}). ` +
        "Stop it, or set LOCAL_DATA_DIR, LOCAL_PORT and LOCAL_DB_PORT for another.",
    );
  }
  await lock.truncate();
  await lock.write(new TextEncoder().encode(String(Deno.pid)));
  return () => lock.close();
}

/** Whether a stack runs on the data folder. */
export async function isRunning(dataDir: string): Promise<boolean> {
  try {
    using lock = await Deno.open(join(dataDir, LOCK_FILE), { write: true });
    return !await lock.tryLock(true);
  } catch {
    // No stack has been there, or the folder is somebody else's.
    return false;
  }
}
