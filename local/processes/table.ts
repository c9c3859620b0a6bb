/** What the system knows of processes. Linux tells in /proc, others by `ps`. */

export interface ProcessInfo {
  parent: number;
  /** Tells two processes with the same pid apart. */
  startedAt: string;
  /** The command line, words joined by spaces. */
  command: string;
}

/** null where there is no such process, or only its remains. */
export async function inspect(pid: number): Promise<ProcessInfo | null> {
  return Deno.build.os === "linux" ? await fromProc(pid) : await fromPs(pid);
}

async function fromProc(pid: number): Promise<ProcessInfo | null> {
  try {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    // The name in parentheses may hold anything; what follows the last one is plain fields.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return null;
    const words = (await Deno.readTextFile(`/proc/${pid}/cmdline`)).split("\0");
    return {
      parent: Number(fields[1]),
      startedAt: fields[19] ?? "",
      command: words.join(" ").trim(),
    };
  } catch {
    return null;
  }
}

async function fromPs(pid: number): Promise<ProcessInfo | null> {
  const { success, stdout } = await new Deno.Command("ps", {
    args: ["-o", "ppid=,stat=,lstart=,command=", "-p", String(pid)],
  }).output();
  const match = /^\s*(\d+)\s+(\S+)\s+(\S+ +\S+ +\S+ +\S+ +\S+)\s+(.*)$/
    .exec(new TextDecoder().decode(stdout).trim());
  if (!success || !match || match[2]?.startsWith("Z")) return null;
  return {
    parent: Number(match[1]),
    startedAt: match[3] ?? "",
    command: match[4] ?? "",
  };
}
