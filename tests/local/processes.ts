/** Which processes there are, by what the system says and not by what the stack does. */
import { tree } from "../../local/processes/entry.ts";
import { inspect } from "../../local/processes/table.ts";

/** Waits until `condition` holds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  seconds: number,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!await condition()) {
    if (Date.now() > end) throw new Error(`Not within ${seconds} s.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The pids of a process and everything below it. */
export async function descendants(pid: number): Promise<number[]> {
  return (await tree(pid)).map((entry) => entry.pid);
}

/** Resolves once none of `pids` is running any more. */
export async function allGone(pids: number[], seconds: number): Promise<void> {
  await until(
    async () => (await Promise.all(pids.map(inspect))).every((p) => p === null),
    seconds,
  );
}
