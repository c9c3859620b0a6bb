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

/** The pids of a process and everything below it. */
export async function descendants(pid: number): Promise<number[]> {
  const all = await parents();
  const found = [pid];
  for (const parent of found) {
    for (const [child, of] of all) if (of === parent) found.push(child);
  }
  return found;
}

/** Resolves once none of `pids` is running any more. */
export async function allGone(pids: number[], seconds: number): Promise<void> {
  await until(
    async () => (await Promise.all(pids.map(inspect))).every((p) => p === null),
    seconds,
  );
}

/** Every process with its parent. */
async function parents(): Promise<[pid: number, parent: number][]> {
  if (Deno.build.os === "linux") {
    const pids = (await Array.fromAsync(Deno.readDir("/proc")))
      .map(({ name }) => Number(name)).filter((pid) => pid > 0);
    const infos = await Promise.all(pids.map(inspect));
    return pids.map((pid, index) => [pid, infos[index]?.parent ?? 0]);
  }
  const { stdout } = await new Deno.Command("ps", {
    args: ["-A", "-o", "pid=,ppid="],
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    return [pid, parent];
  });
}
