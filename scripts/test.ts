/**
 * `deno task test [paths or options of deno test]`: runs the suites against a local stack of their
 * own on free ports, with an empty database; against another project if SUPABASE_URL and its keys are
 * exported (`.env` is not read). Closes with the counts of passed and failed tests.
 */
import { gatewayCompresses, StackError } from "../local/config.ts";
import { endingInSentences } from "../local/failures.ts";
import { askedToEnd } from "../local/processes/ending.ts";
import type { Stack } from "../local/stack.ts";
import { isLoopbackHost } from "../local/gateway/host.ts";
import { startTemporaryStack } from "../local/temporary.ts";
import { setting } from "./settings.ts";
import { type Run, runsFor } from "./test_runs.ts";

/** A run that prints nothing for this long hangs. */
const SILENCE_MS = 10 * 60 * 1000;

/** What a run of `deno test` has come to. */
interface Outcome {
  code: number;
  passed: number;
  failed: number;
  /** Whether it has printed its counts. */
  hasEnded: boolean;
}

/** Runs the tests that the arguments name, and gives back the exit code. */
async function runSuites(env: Record<string, string>): Promise<number> {
  const outcomes: Outcome[] = [];
  for (const run of runsFor(Deno.args)) {
    outcomes.push(await runTests(run, env));
    if (!outcomes.at(-1)!.hasEnded) break;
  }
  const sum = (count: "passed" | "failed") =>
    outcomes.reduce((total, outcome) => total + outcome[count], 0);
  const code = outcomes.find(({ code }) => code !== 0)?.code ?? 0;
  if (outcomes.every(({ hasEnded }) => hasEnded)) {
    console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
  } else {
    console.log("The run has not come to its end.");
  }
  return code === 0 && sum("passed") === 0 ? 1 : code;
}

/** Runs `deno test` once. */
async function runTests(
  run: Run,
  env: Record<string, string>,
): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", ...run],
    env,
    stdout: "piped",
  }).spawn();
  const silence = Promise.withResolvers<string>();
  void Promise.race([askedToEnd(), silence.promise]).then((reason) => {
    console.log(`Stopping: ${reason}.`);
    // The stacks that tests have started end with it.
    child.kill("SIGKILL");
  });
  const summary = await lastSummary(
    child.stdout,
    () => silence.resolve("no test has ended for ten minutes"),
  );
  const { code } = await child.status;
  return summary === null
    ? { code: code || 1, passed: 0, failed: 0, hasEnded: false }
    : { code, ...summary, hasEnded: true };
}

/** Prints what `deno test` prints, and gives back the counts of its last line. */
async function lastSummary(
  output: ReadableStream<Uint8Array>,
  onSilence: () => void,
): Promise<{ passed: number; failed: number } | null> {
  let tail = "";
  let timer = setTimeout(onSilence, SILENCE_MS);
  const decoder = new TextDecoder();
  for await (const chunk of output) {
    clearTimeout(timer);
    timer = setTimeout(onSilence, SILENCE_MS);
    await Deno.stdout.write(chunk);
    tail = (tail + decoder.decode(chunk, { stream: true })).slice(-4000);
  }
  clearTimeout(timer);
  // ok | 12 passed (3 steps) | 0 failed | 1 ignored (4s)
  const counts = [...tail.matchAll(/\| (\d+) passed.*? \| (\d+) failed/g)]
    .at(-1);
  return counts === undefined
    ? null
    : { passed: Number(counts[1]), failed: Number(counts[2]) };
}

/** What tests/support/target.ts reads. */
function targetOf(stack: Stack): Record<string, string> {
  return {
    SUPABASE_URL: stack.apiUrl,
    SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
    SUPABASE_SECRET_KEY: stack.secretKey,
    SUPABASE_DB_URL: stack.dbUrl,
  };
}

/** The functions' log lines are their tests' matter, and not the reader's of this output. */
function printUnlessRequest(name: string, line: string): void {
  if (!line.startsWith('{"event":"request"')) {
    console.error(`[${name}] ${line}`);
  }
}

/**
 * The suites sign up hundreds of users and delete what they find: any project but one of this machine
 * has to be named twice.
 *
 * @throws {StackError} otherwise.
 */
function requireTestProject(url: string): void {
  if (!URL.canParse(url)) {
    throw new StackError(`SUPABASE_URL is "${url}", which is not a URL.`);
  }
  if (isLoopbackHost(new URL(url).host)) return;
  if (setting("CONTINUUM_TEST_TARGET") === url) return;
  throw new StackError(
    `SUPABASE_URL is ${url}, and the tests write to and delete from the project they run against. ` +
      `If it is meant for tests, set CONTINUUM_TEST_TARGET=${url} too; else unset SUPABASE_URL.`,
  );
}

await endingInSentences(async () => {
  const url = setting("SUPABASE_URL");
  if (url !== undefined) {
    requireTestProject(url);
    Deno.exit(await runSuites({}));
  }
  const stack = await startTemporaryStack({
    onFunctionLine: printUnlessRequest,
    gatewayCompresses: gatewayCompresses(),
  });
  const code = await runSuites(targetOf(stack)).finally(stack.stop);
  Deno.exit(code);
});
