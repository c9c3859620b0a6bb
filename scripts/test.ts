/**
 * `deno task test [paths or options of deno test]`: runs the suites against a local stack of their
 * own on free ports, with an empty database; against the project in the environment instead when
 * SUPABASE_URL is set. Closes with the counts of passed and failed tests.
 */
import { startStack } from "../local/stack.ts";

const suites = ["tests", "supabase", "local"];

/** Runs `deno test` and gives back its exit code. */
async function runSuites(env: Record<string, string>): Promise<number> {
  const args = Deno.args.length > 0 ? Deno.args : suites;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", ...args],
    env,
    stdout: "piped",
  }).spawn();
  const [passed, failed] = await countWhilePrinting(child.stdout);
  const { code } = await child.status;
  console.log(`${passed} passed, ${failed} failed`);
  return code === 0 && passed === 0 ? 1 : code;
}

/** Prints what `deno test` prints and gives back the counts of its last line. */
async function countWhilePrinting(
  output: ReadableStream<Uint8Array>,
): Promise<[number, number]> {
  let tail = "";
  const decoder = new TextDecoder();
  for await (const chunk of output) {
    await Deno.stdout.write(chunk);
    tail = (tail + decoder.decode(chunk, { stream: true })).slice(-2000);
  }
  const summaries = [...tail.matchAll(/\| (\d+) passed.*? \| (\d+) failed/g)];
  const last = summaries.at(-1);
  return [Number(last?.[1] ?? 0), Number(last?.[2] ?? 0)];
}

/** What the suites' tests/support/target.ts reads. */
async function runAgainstOwnStack(): Promise<number> {
  const dataDir = await Deno.makeTempDir({ prefix: "continuum-test-" });
  try {
    await using stack = await startStack({
      port: 0,
      dbPort: 0,
      dataDir,
      seed: false,
      // The functions' log lines are their tests' matter, not the reader's of this output.
      onFunctionLine: (name, line) => {
        if (!line.startsWith('{"event":"request"')) {
          console.error(`[${name}] ${line}`);
        }
      },
    });
    return await runSuites({
      SUPABASE_URL: stack.apiUrl,
      SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
      SUPABASE_SECRET_KEY: stack.secretKey,
      SUPABASE_DB_URL: stack.dbUrl,
    });
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

Deno.exit(
  Deno.env.has("SUPABASE_URL")
    ? await runSuites({})
    : await runAgainstOwnStack(),
);
