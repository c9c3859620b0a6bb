/** What a stack's processes hold: memory, open files and sockets, connections to PostgreSQL. */
import { connect } from "../../local/sql.ts";
import type { Stack } from "../../local/stack.ts";

export interface Figures {
  /** Resident memory of each function's process, in MiB. */
  memory: Record<string, number>;
  /** Open files and sockets of each function's process, and of the stack itself. Linux only: else empty. */
  handles: Record<string, number>;
  /** Connections to PostgreSQL, without the one that counts. */
  connections: number;
}

export async function figuresOf(stack: Stack): Promise<Figures> {
  const memory: Record<string, number> = {};
  const handles: Record<string, number> = {};
  for (const name of stack.functions.names()) {
    const pid = stack.functions.pid(name);
    if (pid === null) continue;
    memory[name] = await memoryOf(pid);
    const count = await handlesOf(pid);
    if (count !== null) handles[name] = count;
  }
  const own = await handlesOf(Deno.pid);
  if (own !== null) handles["the stack"] = own;
  return { memory, handles, connections: await connectionsOf(stack) };
}

/** One line for a report: `append 70, history 81; …`. */
export function described({ memory, handles, connections }: Figures): string {
  const list = (values: Record<string, number>) =>
    Object.entries(values).map(([name, value]) => `${name} ${value}`).join(
      ", ",
    );
  return `memory in MiB: ${list(memory)}; handles: ${
    list(handles)
  }; connections: ${connections}`;
}

async function memoryOf(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "rss=", "-p", String(pid)],
  }).output();
  return Math.round(Number(new TextDecoder().decode(stdout)) / 1024);
}

async function handlesOf(pid: number): Promise<number | null> {
  try {
    return (await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`))).length;
  } catch {
    return null;
  }
}

async function connectionsOf(stack: Stack): Promise<number> {
  const sql = connect(stack.adminDbUrl);
  try {
    const [row] = await sql<{ count: number }[]>`
      select count(*)::int from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid()
    `;
    return row?.count ?? 0;
  } finally {
    await sql.end();
  }
}
