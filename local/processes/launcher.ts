/**
 * Notices that whoever launched the stack is gone. `npx … deno task start` is a chain of processes,
 * and a signal to its first does not reach the last, which would live on without a parent.
 */
import { inspect } from "./table.ts";

interface Link {
  pid: number;
  startedAt: string;
}

const INTERVAL_MS = 500;

/** Resolves when a launcher has ended. */
export async function launcherGone(): Promise<void> {
  const chain = await launchers();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setInterval(async () => {
    for (const { pid, startedAt } of chain) {
      if ((await inspect(pid))?.startedAt !== startedAt) resolve();
    }
  }, INTERVAL_MS);
  return await promise.finally(() => clearInterval(timer));
}

/**
 * `deno task` above us, npm's shell above that, and npm itself. A shell of the user's own is none:
 * a stack in the background outlives the terminal it was started from.
 */
async function launchers(): Promise<Link[]> {
  const chain: Link[] = [];
  let pid = Deno.ppid;
  while (pid > 1) {
    const info = await inspect(pid);
    if (info === null || !isLauncher(info.command)) break;
    chain.push({ pid, startedAt: info.startedAt });
    pid = info.parent;
  }
  return chain;
}

function isLauncher(command: string): boolean {
  return /^(\S*\/)?deno(\.exe)? (task|run|test) /.test(command) ||
    /^(\S*\/)?sh -c '?"?(\S*\/)?deno\b/.test(command) ||
    /^npm (exec|run|x) /.test(command) ||
    /(^|\/)npx(-cli\.js)? /.test(command) ||
    /^(\S*\/)?node \S*\/deno\/bin\.cjs /.test(command);
}
