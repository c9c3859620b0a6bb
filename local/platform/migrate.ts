/** Migrations and seed, applied by the Supabase CLI as it applies them to a hosted project. */
import { join } from "node:path";
import { root, SUPABASE_CLI } from "../config.ts";
import { run } from "../processes/run.ts";
import { withConnection } from "../sql.ts";

/** Applies what is pending as `postgres`, and the seed where the database has just been made. */
export async function migrate(
  dbUrl: string,
  { seed }: { seed: boolean },
): Promise<void> {
  const applied = await appliedMigrations(dbUrl);
  const onDisk = await migrationsOnDisk();
  if (onDisk.every((version) => applied.includes(version))) return;
  const isSeeded = seed && applied.length === 0;
  await runCli([
    "db",
    "push",
    "--db-url",
    cliUrl(dbUrl),
    "--yes",
    ...(isSeeded ? ["--include-seed"] : []),
  ], isSeeded ? { SUPABASE_DB_SEED_ENABLED: "true" } : {});
}

/** The CLI asks for TLS, which a database of this machine does not have. */
function cliUrl(dbUrl: string): string {
  const url = new URL(dbUrl);
  const isHere = ["127.0.0.1", "localhost"].includes(url.hostname);
  if (isHere && !url.searchParams.has("sslmode")) {
    url.searchParams.set("sslmode", "disable");
  }
  return url.href;
}

/**
 * Runs the Supabase CLI in the checkout and gives back what it prints.
 *
 * @throws {StackError} with its output where it fails.
 */
export async function runCli(
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  // Everybody on the machine may read a command line: passwords go by the environment.
  let password: string | undefined;
  const shown = args.map((arg) => {
    if (!/^postgres(ql)?:/.test(arg)) return arg;
    const url = new URL(arg);
    password = decodeURIComponent(url.password);
    url.password = "";
    return url.href;
  });
  const { stdout, stderr } = await run(Deno.execPath(), {
    args: ["run", "-A", "--quiet", SUPABASE_CLI, ...shown],
    cwd: root,
    env: {
      SUPABASE_TELEMETRY_DISABLED: "1",
      DO_NOT_TRACK: "1",
      NO_COLOR: "1",
      ...env,
      ...(password && { PGPASSWORD: password }),
    },
  }, `supabase ${args[0]} ${args[1]} failed:\n`);
  return stdout + stderr;
}

async function appliedMigrations(dbUrl: string): Promise<string[]> {
  return await withConnection(dbUrl, async (sql) => {
    const [table] =
      await sql`select to_regclass('supabase_migrations.schema_migrations') as name`;
    if (table?.name === null) return [];
    const rows =
      await sql`select version from supabase_migrations.schema_migrations`;
    return rows.map(({ version }) => String(version));
  });
}

async function migrationsOnDisk(): Promise<string[]> {
  const versions: string[] = [];
  for await (
    const { name } of Deno.readDir(join(root, "supabase/migrations"))
  ) {
    const version = /^(\d+)_.*\.sql$/.exec(name)?.[1];
    if (version !== undefined) versions.push(version);
  }
  return versions;
}
