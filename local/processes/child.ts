/** A process below the stack: its last lines are kept, and it can be ended for good. */

export interface ChildOptions {
  args: string[];
  env: Record<string, string>;
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
  end(signal: Deno.Signal): Promise<void>;
}

const KEPT_LINES = 20;
const PATIENCE_MS = 5000;

export function spawnChild(command: string, options: ChildOptions): Child {
  const { onLine, ...rest } = options;
  const process = new Deno.Command(command, {
    ...rest,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  const lines: string[] = [];
  const keep = (line: string) => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    onLine?.(line);
  };
  const printed = Promise.all([
    readLines(process.stdout, keep),
    readLines(process.stderr, keep),
  ]);

  let over = false;
  const finished = process.status.then(async () => {
    over = true;
    await printed;
  });
  return {
    pid: process.pid,
    ended: () => over,
    finished,
    lastLines: () => lines.join("\n"),
    async end(signal) {
      const send = (signal: Deno.Signal) => {
        try {
          if (!over) process.kill(signal);
        } catch {
          // It has ended in between.
        }
      };
      send(signal);
      const timer = setTimeout(send, PATIENCE_MS, "SIGKILL");
      await finished;
      clearTimeout(timer);
    },
  };
}

async function readLines(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    parts.forEach(onLine);
  }
  if (rest !== "") onLine(rest);
}
