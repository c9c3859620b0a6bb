/**
 * Which processes a stack has started, written down in its data folder: a stack that was killed
 * leaves them behind, and the next one ends them. By pid and start time, never by name.
 */
import { StackError } from "../config.ts";
import { join } from "../paths.ts";
import { inspect } from "./table.ts";

interface Entry {
  pid: number;
  startedAt: string;
}

interface Content {
  stack: Entry;
  children: Entry[];
}

export class ProcessRecord {
  #path: string;
  #content: Content;

  private constructor(path: string, content: Content) {
    this.#path = path;
    this.#content = content;
  }

  /**
   * Takes a data folder, after ending what a stack that was killed has left of it.
   *
   * @throws {StackError} where a stack is running on it.
   */
  static async take(dataDir: string): Promise<ProcessRecord> {
    const path = join(dataDir, "processes.json");
    const before = await read(path);
    if (before !== null) {
      if (before.stack.pid !== Deno.pid && await isAlive(before.stack)) {
        throw new StackError(
          `A stack is running on ${dataDir} already (process ${before.stack.pid}). ` +
            "Stop it, or set LOCAL_DATA_DIR and LOCAL_PORT for another.",
        );
      }
      await Promise.all(before.children.map(endLeftover));
    }
    const record = new ProcessRecord(path, {
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
  }

  async #write(): Promise<void> {
    const unfinished = `${this.#path}.${crypto.randomUUID()}`;
    await Deno.writeTextFile(unfinished, JSON.stringify(this.#content));
    await Deno.rename(unfinished, this.#path);
  }
}

/** Whether a stack runs on the data folder. */
export async function isRunning(dataDir: string): Promise<boolean> {
  const content = await read(join(dataDir, "processes.json"));
  return content !== null && await isAlive(content.stack);
}

async function read(path: string): Promise<Content | null> {
  try {
    const content: Content = JSON.parse(await Deno.readTextFile(path));
    return content;
  } catch {
    return null;
  }
}

async function entryOf(pid: number): Promise<Entry> {
  return { pid, startedAt: (await inspect(pid))?.startedAt ?? "" };
}

async function isAlive({ pid, startedAt }: Entry): Promise<boolean> {
  return startedAt !== "" && (await inspect(pid))?.startedAt === startedAt;
}

/** SIGINT first: to PostgreSQL it is a fast shutdown, which leaves nothing to recover. */
async function endLeftover(entry: Entry): Promise<void> {
  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    for (let tries = 0; tries < 100; tries++) {
      if (!await isAlive(entry)) return;
      if (tries === 0) kill(entry.pid, signal);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
