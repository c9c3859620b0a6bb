/**
 * Who has a data folder: the stack that runs on it, by a lock that ends with its process, and the
 * processes below, written down, so that what a killed stack leaves behind is ended by the next.
 * By pid and start time, never by name.
 */
import { StackError } from "../config.ts";
import { LOCK_FILE, writePrivately } from "../data_folder.ts";
import { join } from "../paths.ts";
import { end, type Entry, entryOf, isAlive } from "./entry.ts";

interface Content {
  stack: Entry;
  children: Entry[];
}

export class ProcessRecord {
  #path: string;
  #lock: Deno.FsFile;
  #content: Content;
  #written: Promise<void> = Promise.resolve();

  private constructor(path: string, lock: Deno.FsFile, content: Content) {
    this.#path = path;
    this.#lock = lock;
    this.#content = content;
  }

  /**
   * Takes a data folder, after ending what a stack that was killed has left of it.
   *
   * @throws {StackError} where a stack is running on it.
   */
  static async take(dataDir: string): Promise<ProcessRecord> {
    const path = pathIn(dataDir);
    const lock = await Deno.open(join(dataDir, LOCK_FILE), {
      create: true,
      write: true,
      mode: 0o600,
    });
    const before = await read(path);
    if (!await lock.tryLock(true)) {
      lock.close();
      throw new StackError(
        `A stack is running on ${dataDir} already (process ${before?.stack.pid}). ` +
          "Stop it, or set LOCAL_DATA_DIR, LOCAL_PORT and LOCAL_DB_PORT for another.",
      );
    }
    await Promise.all((before?.children ?? []).map(end));
    const record = new ProcessRecord(path, lock, {
      stack: await entryOf(Deno.pid),
      children: [],
    });
    await record.#write();
    return record;
  }

  async add(pid: number): Promise<void> {
    this.#content.children.push(await entryOf(pid));
    await this.#write();
  }

  async release(): Promise<void> {
    await Deno.remove(this.#path).catch(() => {});
    this.#lock.close();
  }

  /** One after another, and renamed: a reader sees a whole record, and the last one stays. */
  #write(): Promise<void> {
    this.#written = this.#written.then(async () => {
      await writePrivately(this.#path, JSON.stringify(this.#content));
    });
    return this.#written;
  }
}

/** Whether a stack runs on the data folder. */
export async function isRunning(dataDir: string): Promise<boolean> {
  const content = await read(pathIn(dataDir));
  return content !== null && await isAlive(content.stack);
}

function pathIn(dataDir: string): string {
  return join(dataDir, "processes.json");
}

async function read(path: string): Promise<Content | null> {
  try {
    const content: Content = JSON.parse(await Deno.readTextFile(path));
    return content;
  } catch {
    return null;
  }
}
