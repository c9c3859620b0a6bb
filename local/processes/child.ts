/**
 * A process below the stack, which ends with it: even if the stack is killed, the pipe that is the child's
 * standard input is closed then, and a watcher beside the child ends it.
 */
import { linesOf } from "./lines.ts";

export interface ChildOptions {
  args: string[];
  env: Record<string, string>;
  /** What asks it to end. */
  endsBy: "INT" | "TERM";
  cwd?: string;
  uid?: number;
  gid?: number;
  onLine?: (line: string) => void;
}

export interface Child {
  pid: number;
  ended(): boolean;
  /** Resolves when the process has ended, however it did. */
  finished: Promise<void>;
  /** The end of what it printed, for a message about a failure. */
  lastLines(): string;
  /** Asks it to end, and makes it end after five seconds. */
  end(): Promise<void>;
}

const KEPT_LINES = 20;

/**
 * Becomes "$@", whose pid is that of the shell. The watcher is left behind with the end of the pipe; "$0" is
 * the signal by which the program ends. A terminal that closes sends SIGHUP to all of them: PostgreSQL takes that
 * for a wish to read its settings again, so the watcher must outlive it.
 */
const WATCHED = `
exec 3<&0 </dev/null
{
  trap '' HUP INT TERM
  cat <&3
  kill -s "$0" $$
  tries=50
  while [ $tries -gt 0 ] && kill -s 0 $$; do
    sleep 0.1
    tries=$((tries - 1))
  done
  [ $tries -gt 0 ] || kill -s KILL $$
  exit 0
} >/dev/null 2>&1 &
exec 3<&- "$@"
`;

export function spawnChild(command: string, options: ChildOptions): Child {
  const { onLine, args, endsBy, ...rest } = options;
  const process = new Deno.Command("/bin/sh", {
    ...rest,
    args: ["-c", WATCHED, endsBy, command, ...args],
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  const lines: string[] = [];
  const printed = Promise.all(
    [process.stdout, process.stderr].map(async (output) => {
      for await (const line of linesOf(output)) {
        lines.push(line);
        if (lines.length > KEPT_LINES) lines.shift();
        onLine?.(line);
      }
    }),
  );

  let over = false;
  let asked: Promise<void> | null = null;
  const ask = () => asked ??= process.stdin.close().catch(() => {});
  const finished = process.status.then(async () => {
    over = true;
    // The watcher's work is done, too.
    await ask();
    await printed;
  });
  return {
    pid: process.pid,
    ended: () => over,
    finished,
    lastLines: () => lines.join("\n"),
    async end() {
      await ask();
      await finished;
    },
  };
}
