/** One `deno test`, and what it has come to. */
import { askedToEnd } from "../local/processes/ending.ts";
import { linesOf } from "../local/processes/lines.ts";
import type { Run } from "./test_runs.ts";

/** A run that prints nothing for this long hangs. */
const SILENCE_MS = 10 * 60 * 1000;

/** What a run of `deno test` has come to. */
export interface Outcome {
  name: string;
  code: number;
  passed: number;
  failed: number;
  /** Whether it has printed its counts. */
  hasEnded: boolean;
}

/**
 * Runs `deno test` once.
 *
 * @param print is given each line that it prints, with its end.
 */
export async function runTests(
  { name, args }: Run,
  env: Record<string, string>,
  print: (line: string) => Promise<void>,
): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", ...args],
    env,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const silence = Promise.withResolvers<string>();
  void Promise.race([askedToEnd(), silence.promise]).then((reason) => {
    console.log(`Stopping: ${reason}.`);
    // The stacks that tests have started end with it.
    child.kill("SIGKILL");
  });
  const onSilence = () => silence.resolve("no test has ended for ten minutes");
  let timer = setTimeout(onSilence, SILENCE_MS);
  let counts: RegExpMatchArray | null = null;
  const follow = async (output: ReadableStream<Uint8Array>) => {
    for await (const line of linesOf(output)) {
      clearTimeout(timer);
      timer = setTimeout(onSilence, SILENCE_MS);
      // ok | 12 passed (3 steps) | 0 failed | 1 ignored (4s)
      counts = /\| (\d+) passed.*? \| (\d+) failed/.exec(line) ?? counts;
      await print(`${line}\n`);
    }
  };
  await Promise.all([follow(child.stdout), follow(child.stderr)]);
  clearTimeout(timer);
  const { code } = await child.status;
  return counts === null
    ? { name, code: code || 1, passed: 0, failed: 0, hasEnded: false }
    : {
      name,
      code,
      passed: Number(counts[1]),
      failed: Number(counts[2]),
      hasEnded: true,
    };
}
