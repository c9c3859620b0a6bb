/**
 * `deno task test [paths or options of deno test]`: runs the suites against a local stack of their
 * own on free ports, with an empty database; against the project in the environment instead when
 * SUPABASE_URL is set.
 */
import { startStack } from "../local/stack.ts";

const suites = ["tests", "supabase", "local"];

/** Runs `deno test` and gives back its exit code. */
async function runSuites(env: Record<string, string>): Promise<number> {
  const args = Deno.args.length > 0 ? Deno.args : suites;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", ...args],
    env,
  }).spawn();
  return (await child.status).code;
}

if (Deno.env.has("SUPABASE_URL")) {
  Deno.exit(await runSuites({}));
}

const dataDir = await Deno.makeTempDir({ prefix: "continuum-test-" });
const stack = await startStack({ port: 0, dbPort: 0, dataDir, seed: false });
let code = 1;
try {
  code = await runSuites({
    SUPABASE_URL: stack.apiUrl,
    SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
    SUPABASE_SECRET_KEY: stack.secretKey,
    SUPABASE_DB_URL: stack.dbUrl,
  });
} finally {
  await stack.stop();
  await Deno.remove(dataDir, { recursive: true });
}
Deno.exit(code);
