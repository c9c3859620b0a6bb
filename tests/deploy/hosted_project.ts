/**
 * A hosted project as the Supabase CLI meets it: the Management API, a pooler with TLS, and a database without any
 * of Continuum's migrations. The CLI finds them by a profile.
 */
import { dirname, join } from "node:path";
import { SUPABASE_CLI } from "../../local/config.ts";
import { openDataFolder } from "../../local/data_folder.ts";
import { type Database, startDatabase } from "../../local/database.ts";
import { openStackFile } from "../../local/stack_file.ts";
import { temporaryDataFolder } from "../../local/temporary.ts";
import {
  type ManagementApi,
  REF,
  startManagementApi,
  TOKEN,
} from "./management_api.ts";
import { startPooler } from "./tls_pooler.ts";

export interface HostedProject extends AsyncDisposable {
  api: ManagementApi;
  database: Database;
  /** The password of `postgres`. */
  password: string;
  /** Holds the database, which a stack can take over once this has stopped it. */
  dataDir: string;
  /** Runs `deno task deploy <ref>` against it. */
  deploy(
    args?: string[],
    env?: Record<string, string>,
  ): Promise<{ code: number; printed: string }>;
  /** Runs the Supabase CLI against it. */
  cli(args: string[]): Promise<{ code: number; printed: string }>;
}

export async function hostedProject(): Promise<HostedProject> {
  const parts = new AsyncDisposableStack();
  const folder = parts.use(await temporaryDataFolder());
  const dataDir = await openDataFolder(folder.path);
  const { passwords } = await openStackFile(dataDir);
  const database = await startDatabase({ dataDir, port: 0, passwords });
  parts.defer(() => database.stop());
  const dbPort = Number(new URL(database.url).port);
  const pooler = parts.use(await startPooler(REF, dbPort));
  const api = parts.use(
    startManagementApi({
      adminDbUrl: database.adminUrl,
      poolerHost: pooler.host,
    }),
  );
  const home = await Deno.makeTempDir();
  parts.defer(() => Deno.remove(home, { recursive: true }));
  const profile = join(home, "profile.yaml");
  await Deno.writeTextFile(profile, profileText(api.url, pooler.host));

  const env = {
    // What the CLI keeps for its user is nobody's here.
    HOME: home,
    DENO_DIR: await denoDir(),
    SUPABASE_PROFILE: profile,
    SUPABASE_ACCESS_TOKEN: TOKEN,
    SUPABASE_DB_PASSWORD: "",
    SUPABASE_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
    NO_COLOR: "1",
  };
  return {
    api,
    database,
    dataDir,
    password: passwords.postgres,
    deploy: (args = [], more = {}) =>
      run(["scripts/deploy.ts", REF, ...args], { ...env, ...more }),
    cli: (args) => run([SUPABASE_CLI, ...args, "--project-ref", REF], env),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Direct connections need IPv6, so the host that they would go to does not exist. */
function profileText(apiUrl: string, poolerHost: string): string {
  return [
    "name: hosted",
    `api_url: ${apiUrl}`,
    `dashboard_url: ${apiUrl}`,
    `docs_url: ${apiUrl}`,
    "project_host: supabase.invalid",
    `pooler_host: "${poolerHost}"`,
  ].join("\n");
}

async function run(
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number; printed: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", ...args],
    cwd: new URL("../../", import.meta.url),
    env,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, printed: text(stdout) + text(stderr) };
}

async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

/** What was uploaded, in an empty folder: the folder of functions, removed after the last test. */
export async function rebuilt(api: ManagementApi): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "continuum-uploaded-" });
  Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));
  for (const { files } of api.functions.values()) {
    for (const [path, content] of files) {
      await Deno.mkdir(join(folder, dirname(path)), { recursive: true });
      await Deno.writeFile(join(folder, path), content);
    }
  }
  return join(folder, "supabase/functions");
}
