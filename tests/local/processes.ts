/** Which processes there are, by what the system says and not by what the stack does. */
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

/** A process and everything below it. */
export async function descendants(pid: number): Promise<number[]> {
  const parents = await allParents();
  const found = [pid];
  for (const parent of found) {
    for (const [child, of] of parents) if (of === parent) found.push(child);
  }
  return found;
}

/** Every process with its parent. Linux tells in /proc, where ps may be missing. */
async function allParents(): Promise<[number, number][]> {
  if (Deno.build.os !== "linux") {
    const { stdout } = await new Deno.Command("ps", {
      args: ["-A", "-o", "pid=,ppid="],
    }).output();
    return new TextDecoder().decode(stdout).trim().split("\n").map((line) => {
      const [child = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
      return [child, parent];
    });
  }
  const pids = (await Array.fromAsync(Deno.readDir("/proc")))
    .map(({ name }) => Number(name)).filter((pid) => pid > 0);
  return await Promise.all(
    pids.map(async (pid): Promise<[number, number]> => [
      pid,
      (await inspect(pid))?.parent ?? 0,
    ]),
  );
}

/** Resolves once none of `pids` is running any more. */
export async function allGone(pids: number[], seconds: number): Promise<void> {
  await until(
    async () => (await Promise.all(pids.map(inspect))).every((p) => p === null),
    seconds,
  );
}
