/**
 * `deno task test [paths or options of deno test]`: runs the suites, two folders at a time, each against a local stack
 * of its own on free ports, with an empty database; one after another against another project if SUPABASE_URL and its
 * keys are exported (`.env` is not read). Closes with the counts of passed and failed tests.
 */
import { gatewayCompresses, StackError } from "../local/config.ts";
import { endingInSentences } from "../local/failures.ts";
import type { Stack } from "../local/stack.ts";
import { isLoopbackHost } from "../local/gateway/host.ts";
import { startTemporaryStack } from "../local/temporary.ts";
import { installPackages } from "./packages.ts";
import { setting } from "./settings.ts";
import { type Outcome, runTests } from "./test_run.ts";
import { runsFor } from "./test_runs.ts";

/** How many runs go on at a time. Most of a test is waiting for answers; more would outlast the tests' patience. */
const LANES = Math.min(2, navigator.hardwareConcurrency);

/** The environment of a run, and how it is given back. */
type Target = { env: Record<string, string> } & AsyncDisposable;

/** Runs the tests that the arguments name, each lane against a project of its own, and gives back the exit code. */
async function runAll(
  lanes: number,
  openTarget: () => Promise<Target>,
): Promise<number> {
  const runs = runsFor(Deno.args);
  const isOnly = runs.length === 1;
  const waiting = [...runs];
  const outcomes: Outcome[] = [];
  const lane = async () => {
    if (waiting.length === 0) return;
    await using target = await openTarget();
    for (let run = waiting.shift(); run; run = waiting.shift()) {
      const { name, project } = run;
      await installPackages(project);
      const outcome = await runTests(
        run,
        target.env,
        (line) => write(isOnly ? line : `${name} | ${line}`),
      );
      outcomes.push(outcome);
      // It was asked to end, or hangs.
      if (!outcome.hasEnded) waiting.length = 0;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return conclude(outcomes, runs.length);
}

/** Prints the counts, and where tests have failed. */
function conclude(outcomes: Outcome[], runs: number): number {
  const sum = (count: "passed" | "failed") =>
    outcomes.reduce((total, outcome) => total + outcome[count], 0);
  const failed = outcomes.filter(({ code }) => code !== 0);
  if (failed.length > 0 && runs > 1) {
    console.log(`Failed: ${failed.map(({ name }) => name).join(", ")}`);
  }
  if (outcomes.length < runs || outcomes.some(({ hasEnded }) => !hasEnded)) {
    console.log("The run has not come to its end.");
    return failed[0]?.code || 1;
  }
  console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
  return failed[0]?.code ?? (sum("passed") === 0 ? 1 : 0);
}

async function write(text: string): Promise<void> {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) {
    bytes = bytes.subarray(await Deno.stdout.write(bytes));
  }
}

/** What tests/support/target.ts reads. */
function targetOf(stack: Stack): Record<string, string> {
  return {
    SUPABASE_URL: stack.apiUrl,
    SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
    SUPABASE_SECRET_KEY: stack.secretKey,
    SUPABASE_DB_URL: stack.dbUrl,
    CONTINUUM_TEST_SIGNING_KEY: JSON.stringify(stack.key.privateJwk),
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
    const there: Target = { env: {}, async [Symbol.asyncDispose]() {} };
    Deno.exit(await runAll(1, () => Promise.resolve(there)));
  }
  const code = await runAll(LANES, async () => {
    const stack = await startTemporaryStack({
      onFunctionLine: printUnlessRequest,
      gatewayCompresses: gatewayCompresses(),
    });
    return { env: targetOf(stack), [Symbol.asyncDispose]: stack.stop };
  });
  Deno.exit(code);
});
