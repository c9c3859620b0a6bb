/** The processes of a stack's PostgreSQL. */
import { inspect } from "../../local/processes/table.ts";
import type { Stack } from "../../local/stack.ts";
import { descendants } from "../../tests/local/processes.ts";

/** Its first process and then all below it; empty while it does not run. Other stacks may have one each. */
export async function postgresProcesses(stack: Stack): Promise<number[]> {
  const port = new URL(stack.dbUrl).port;
  const ours = await descendants(Deno.pid);
  for (const pid of ours) {
    const command = (await inspect(pid))?.command ?? "";
    // The shell before it says the same, but is not the program.
    if (
      /^\S*bin\/postgres /.test(command) && command.includes(` -p ${port} `)
    ) {
      return await descendants(pid);
    }
  }
  return [];
}

/** Sends a signal to processes, some of which may have ended. */
export function signal(pids: number[], name: Deno.Signal): void {
  for (const pid of pids) {
    try {
      Deno.kill(pid, name);
    } catch {
      // It has ended.
    }
  }
}
