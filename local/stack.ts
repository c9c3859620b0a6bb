/** A whole local stack: what `deno task start` runs, and every test. */
import { announce, type Announcement, withdraw } from "./announce.ts";
import { root, StackError, type StackOptions } from "./config.ts";
import { type Functions, serveFunctions } from "./functions/serve.ts";
import { startGateway } from "./gateway/server.ts";
import {
  loadSigningKey,
  PUBLISHABLE_KEY,
  SECRET_KEY,
  type SigningKey,
} from "./keys.ts";
import { join, resolve } from "./paths.ts";
import { createLite } from "./platform/lite.ts";
import { migrate } from "./platform/migrate.ts";
import { preparePlatform } from "./platform/prepare.ts";
import { claimPort } from "./ports.ts";
import { startPostgres } from "./postgres/server.ts";
import { ProcessRecord } from "./processes/record.ts";
import { withConnection } from "./sql.ts";
import { createStorageService } from "./storage/service.ts";

export interface Stack extends Announcement, AsyncDisposable {
  /** A connection as the superuser, which a hosted project gives to nobody. */
  adminDbUrl: string;
  /** Signs and verifies the users' tokens of this stack. */
  key: SigningKey;
  functions: Functions;
  /** Stops PostgreSQL alone, for tests of what happens without it. */
  stopDatabase(): Promise<void>;
  startDatabase(): Promise<void>;
  /** Ends everything; data stays. */
  stop(): Promise<void>;
}

/**
 * Starts a stack and resolves once it answers. What was started is stopped again where a part fails.
 *
 * @throws {StackError} with a sentence that says what to do.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dataDir = resolve(options.dataDir);
  await makeFolder(dataDir);
  const record = await ProcessRecord.take(dataDir);
  const cleanups: (() => Promise<unknown>)[] = [() => record.release()];
  const stop = async () => {
    for (
      let cleanup = cleanups.pop();
      cleanup !== undefined;
      cleanup = cleanups.pop()
    ) {
      await cleanup();
    }
  };
  try {
    return await assemble({ ...options, dataDir }, record, cleanups, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(
  options: StackOptions,
  record: ProcessRecord,
  cleanups: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Stack> {
  const { dataDir, replace = {} } = options;
  const port = claimPort(options.port, "LOCAL_PORT");
  const apiUrl = `http://127.0.0.1:${port}`;
  const key = await loadSigningKey(dataDir);
  const onChild = (child: { pid: number }) => record.add(child.pid);

  const own = replace.db ? null : await startPostgres({
    dataDir,
    port: claimPort(options.dbPort, "LOCAL_DB_PORT"),
    onChild,
  });
  if (own) cleanups.push(() => own.stop());
  const urlAs = (user: string) =>
    replace.db ??
      `postgresql://${user}:postgres@127.0.0.1:${own?.port}/postgres`;
  const dbUrl = urlAs("postgres");
  const adminDbUrl = urlAs("supabase_admin");

  const lite = createLite(adminDbUrl, apiUrl);
  cleanups.push(() => lite.close());
  if (own?.isNew) {
    await preparePlatform(adminDbUrl, lite);
    await own.markPrepared();
  }

  // The functions take longest to start and need none of what follows to do so.
  const starting = serveFunctions({
    dir: options.functionsDir ?? join(root, "supabase/functions"),
    env: {
      SUPABASE_URL: apiUrl,
      SUPABASE_DB_URL: dbUrl,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: PUBLISHABLE_KEY }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: SECRET_KEY }),
      SUPABASE_JWKS: JSON.stringify(key.jwks),
    },
    reach: `127.0.0.1:${port}`,
    onLine: options.onFunctionLine ??
      ((name, line) => console.log(`[${name}] ${line}`)),
    onChild,
  });
  const functions = await starting;
  cleanups.push(() => functions.stop());

  await migrate(dbUrl, { seed: options.seed });
  await lite.open();
  const storage = await createStorageService({
    dbUrl: urlAs("authenticator"),
    adminDbUrl,
    filesDir: join(dataDir, "files"),
    jwks: key.jwks,
    urlSigningSecret: SECRET_KEY,
    publicUrl: `${apiUrl}/storage/v1`,
  });
  cleanups.push(() => storage.close());

  const gateway = startGateway({
    port,
    publicUrl: apiUrl,
    key,
    lite,
    functions: () => functions,
    storage,
    databaseIsUp: () =>
      withConnection(dbUrl, (sql) => sql`select`).then(() => true, () => false),
    replace,
  });
  cleanups.push(() => gateway.shutdown());
  await Promise.all(functions.names().map((name) => functions.target(name)));

  const announcement = {
    apiUrl,
    dbUrl,
    publishableKey: PUBLISHABLE_KEY,
    secretKey: SECRET_KEY,
  };
  await announce(dataDir, announcement);
  cleanups.push(() => withdraw(dataDir));
  return {
    ...announcement,
    adminDbUrl,
    key,
    functions,
    stopDatabase: async () => await own?.stop(),
    startDatabase: async () => await own?.start(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function makeFolder(dataDir: string): Promise<void> {
  try {
    await Deno.mkdir(dataDir, { recursive: true });
    await Deno.remove(await Deno.makeTempFile({ dir: dataDir }));
  } catch {
    throw new StackError(
      `The data folder ${dataDir} cannot be written to. Change its owner, or set LOCAL_DATA_DIR.`,
    );
  }
}
