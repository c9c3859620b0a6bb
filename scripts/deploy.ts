/**
 * `deno task deploy <project ref>`: migrations, then functions, to a hosted project, by the Supabase CLI. In that
 * order, so that new functions never meet an old schema. Functions are deployed as they are built: with the packages
 * that are locked, since the CLI uploads no lock file. Reads `.env`.
 */
import { buildDir, root, StackError } from "../local/config.ts";
import { build } from "./build.ts";
import { CliError, converse, run } from "./deploy/cli.ts";
import { readOptions, USAGE, UsageError } from "./deploy/options.ts";
import {
  adviceFor,
  type Functions,
  progress,
  readFunctions,
  readMigrations,
} from "./deploy/state.ts";
import { readEnvFile } from "./settings.ts";

/** A failure whose message says what is deployed, what is not, and how to go on. */
class DeployError extends Error {}

interface Deployment {
  ref: string;
  dryRun: boolean;
  functionsOnly: boolean;
}

async function deploy(deployment: Deployment): Promise<void> {
  const { ref, dryRun, functionsOnly } = deployment;
  // First, since it may fail and changes nothing there.
  const names = await build();
  const before = await asking(() => readFunctions(ref));
  const pending = await pendingMigrations(deployment);
  console.log(
    [
      `Project ${ref}:`,
      `  migrations  ${functionsOnly ? "left as they are" : listed(pending)}`,
      `  functions   ${planned(names, before)}`,
    ].join("\n"),
  );
  if (dryRun) {
    console.log("This was a dry run: nothing was changed.");
    return;
  }
  if (!functionsOnly && pending.length > 0) await applyMigrations(ref, pending);
  await deployFunctions(ref, names, before);
  console.log(
    `Deployed. Look at it: deno task doctor --url https://${ref}.supabase.co --publishable-key <key>`,
  );
}

/** @throws {DeployError} if this checkout does not fit the project's database. */
async function pendingMigrations(
  { ref, functionsOnly }: Deployment,
): Promise<string[]> {
  const { pending, unknown } = await asking(() => readMigrations(ref));
  if (functionsOnly && pending.length > 0) {
    throw new DeployError(
      `Nothing was changed. The functions of this checkout need migrations that are not applied: ${
        listed(pending)
      }.\nRun this without --functions-only, which applies them first.`,
    );
  }
  if (!functionsOnly && unknown.length > 0) {
    throw new DeployError(
      `Nothing was changed. The database has migrations that this checkout does not have: ${
        listed(unknown)
      }.\nIf the checkout is older than what is deployed, update it. To roll the functions back to this checkout, run:\n` +
        `  deno task deploy ${ref} --functions-only\n` +
        "Migrations only add, so older functions work with a newer database.\n" +
        "If the migrations are your own, put Continuum into that project's folder instead:\n" +
        "docs/how-to/add-to-a-project.md. Do not repair the migration history: that only hides the difference.",
    );
  }
  return pending;
}

async function applyMigrations(ref: string, pending: string[]): Promise<void> {
  const args = ["db", "push", "--project-ref", ref, "--yes", "--workdir", root];
  try {
    await run(args);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const now = await readMigrations(ref).catch(() => null);
    const applied = now === null
      ? "It is not known which migrations were applied."
      : `Applied: ${
        listed(pending.filter((version) => !now.pending.includes(version)))
      }. Not applied: ${listed(now.pending)}.`;
    throw new DeployError(
      `Applying the migrations failed. ${applied}\n` +
        "The functions were not touched; those that are deployed work as before.\n" +
        goOn(error, ref),
    );
  }
}

async function deployFunctions(
  ref: string,
  names: string[],
  before: Functions,
): Promise<void> {
  const args = ["functions", "deploy", ...names, "--project-ref", ref];
  try {
    await run([...args, "--use-api", "--workdir", buildDir]);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const after = await readFunctions(ref).catch(() => null);
    const lines = [
      "Deploying the functions failed. The migrations are applied.",
    ];
    if (after === null) {
      lines.push("It is not known which functions are deployed.");
    } else {
      const { live, old, missing } = progress(names, before, after);
      lines.push(`Deployed: ${listed(live)}.`);
      if (old.length > 0) lines.push(`As before: ${listed(old)}.`);
      if (missing.length > 0) {
        lines.push(`Not there at all: ${listed(missing)}.`);
      }
    }
    lines.push(goOn(error, ref));
    throw new DeployError(lines.join("\n"));
  }
}

function goOn(error: CliError, ref: string): string {
  return `${
    adviceFor(error) ?? "The message is above."
  } To go on, run this again: deno task deploy ${ref}`;
}

/** @throws {DeployError} if a question to the project fails. */
async function asking<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new DeployError(
      `Nothing was changed. ${error.message}: ${error.printed}\n${
        adviceFor(error) ?? ""
      }`.trim(),
    );
  }
}

function planned(names: string[], before: Functions): string {
  const fresh = names.filter((name) => !before.has(name));
  const known = names.filter((name) => before.has(name));
  const others = [...before.keys()].filter((name) => !names.includes(name));
  return [
    ...(fresh.length > 0 ? [`new: ${fresh.join(", ")}`] : []),
    ...(known.length > 0 ? [`to replace: ${known.join(", ")}`] : []),
    ...(others.length > 0 ? [`left as they are: ${others.join(", ")}`] : []),
  ].join("; ");
}

function listed(items: string[]): string {
  return items.length === 0 ? "none" : items.join(", ");
}

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options.command === "help") {
    console.log(USAGE);
    return 0;
  }
  await readEnvFile();
  if (options.command === "login") return await converse(["login"]) ? 0 : 1;
  await deploy(options);
  return 0;
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${USAGE}`);
    Deno.exit(2);
  }
  if (error instanceof DeployError || error instanceof StackError) {
    console.error(error.message);
    Deno.exit(1);
  }
  throw error;
}
