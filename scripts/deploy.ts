/**
 * `deno task deploy <project ref>`: migrations, then functions, to a hosted project, by the Supabase
 * CLI. In that order, so that new functions never meet an old schema. Safe to run again. Reads `.env`.
 * Functions are deployed as they are built: with the packages that are locked, since the CLI uploads no
 * lock file.
 */
import { buildDir } from "../local/config.ts";
import { build } from "./build.ts";
import { readEnvFile, setting } from "./settings.ts";

const CLI = "npm:supabase@2.117.0";

const [ref] = Deno.args;
if (ref === undefined || !/^[a-z]{20}$/.test(ref)) {
  fail(
    "Name the project: deno task deploy <project ref>, the 20 letters of its URL.",
  );
}
await readEnvFile();
if (setting("SUPABASE_ACCESS_TOKEN") === undefined) {
  fail("SUPABASE_ACCESS_TOKEN is not set: see docs/how-to/deploy.md.");
}

// First, since it may fail and changes nothing there.
const functions = await build();
await supabase("link", "--project-ref", ref);
await supabase("db", "push", "--yes");
await supabase(
  "functions",
  "deploy",
  ...functions,
  "--project-ref",
  ref,
  "--use-api",
  "--workdir",
  buildDir,
);
console.log(
  `Deployed. https://${ref}.supabase.co/functions/v1/conversation-history/_/health says how it is.`,
);

async function supabase(...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", CLI, ...args],
  }).spawn().status;
  if (!success) {
    fail(
      `supabase ${
        args.slice(0, 2).join(" ")
      } failed; nothing after it was done.`,
    );
  }
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}
