/** CPU time and peak memory of another process, as Linux tells them. */

/** Clock ticks a second, in which /proc counts; 100 on every Linux that Deno runs on. */
const TICKS = 100;

export interface Spent {
  /** CPU seconds, of all threads. */
  cpuSeconds: number;
  /** Peak resident memory while it ran, in MB. */
  peakMb: number;
}

/** What the process `pid` spends while `run` runs. */
export async function spentBy(
  pid: number,
  run: () => Promise<void>,
): Promise<Spent> {
  // 5 begins the peak anew.
  await Deno.writeTextFile(`/proc/${pid}/clear_refs`, "5");
  const before = await cpuSeconds(pid);
  await run();
  return {
    cpuSeconds: await cpuSeconds(pid) - before,
    peakMb: await peakMb(pid),
  };
}

/** CPU seconds of the process so far, of all threads. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // Behind the name in parentheses, which may hold spaces: user and system time are 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

async function peakMb(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
