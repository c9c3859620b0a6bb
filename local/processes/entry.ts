/** A process, told apart from a later one of the same pid. */
import { inspect, parents } from "./table.ts";

export interface Entry {
  pid: number;
  startedAt: string;
}

/** How long a process may take to end, in tries of 50 ms. */
const TRIES = 100;

export async function entryOf(pid: number): Promise<Entry> {
  return { pid, startedAt: (await inspect(pid))?.startedAt ?? "" };
}

export async function isAlive({ pid, startedAt }: Entry): Promise<boolean> {
  return startedAt !== "" && (await inspect(pid))?.startedAt === startedAt;
}

/** Resolves once it has ended. SIGINT first: to PostgreSQL it is a fast shutdown. */
export async function end(entry: Entry): Promise<void> {
  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    for (let tries = 0; tries < TRIES; tries++) {
      if (!await isAlive(entry)) return;
      if (tries === 0) kill(entry.pid, signal);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** A process and everything below it, itself first. */
export async function tree(pid: number): Promise<Entry[]> {
  const all = await parents();
  const found = [pid];
  for (const parent of found) {
    for (const [child, of] of all) if (of === parent) found.push(child);
  }
  return await Promise.all(found.map(entryOf));
}

function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
