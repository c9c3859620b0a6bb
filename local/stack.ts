/** A whole local stack: what `deno task start` runs, and every test. */
import type { StackOptions } from "./config.ts";
import { consoleService } from "./console.ts";
import { openDataFolder } from "./data_folder.ts";
import { startDatabase } from "./database.ts";
import { chooseFunctions } from "./functions/choice.ts";
import { type Functions, serveFunctions } from "./functions/serve.ts";
import { functionService } from "./gateway/function_api.ts";
import { startGateway } from "./gateway/server.ts";
import {
  publicKeysOf,
  PUBLISHABLE_KEY,
  type SigningKey,
  signingKey,
} from "./keys.ts";
import { migrate } from "./platform/migrate.ts";
import { takeDataFolder } from "./processes/lock.ts";
import { announce, type Announcement, openStackFile } from "./stack_file.ts";
import { openServices } from "./services.ts";

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
  // Ends in reverse order what has been started.
  const parts = new AsyncDisposableStack();
  try {
    return await assemble(options, parts);
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
}

async function assemble(
  options: StackOptions,
  parts: AsyncDisposableStack,
): Promise<Stack> {
  const { replace = {}, onProgress = () => {} } = options;
  const dataDir = await openDataFolder(options.dataDir);
  parts.defer(await takeDataFolder(dataDir));
  const secrets = await openStackFile(dataDir);

  const gateway = startGateway({
    port: options.port,
    compresses: options.gatewayCompresses ?? false,
  });
  parts.defer(() => gateway.stop());
  const apiUrl = `http://127.0.0.1:${gateway.port}`;
  const key = await signingKey(
    secrets.signingKey,
    replace.auth ? await publicKeysOf(replace.auth) : [],
  );

  onProgress("Starting the database.");
  const database = await startDatabase({
    dataDir,
    port: options.dbPort,
    passwords: secrets.passwords,
    replacedBy: replace.db,
  });
  parts.defer(() => database.stop());

  // They take longest to listen and need nothing of what follows to do so.
  const functions = await serveFunctions({
    ...await chooseFunctions(options),
    env: {
      ...environment(apiUrl, database.url, secrets.secretKey, key),
      ...options.functionsEnv,
    },
    reach: `127.0.0.1:${gateway.port}`,
    onLine: options.onFunctionLine ??
      ((name, line) => console.log(`[${name}] ${line}`)),
  });
  parts.defer(() => functions.stop());

  onProgress("Applying migrations.");
  await migrate(database.url, { seed: options.seed });
  const services = await openServices({
    dataDir,
    apiUrl,
    database,
    secrets,
    key,
    replace,
    parts,
  });

  onProgress("Starting the functions.");
  gateway.open(
    { ...services, functions: functionService(functions) },
    consoleService(apiUrl),
  );
  // Again, as it must be the first to end: nothing comes in any more.
  parts.defer(() => gateway.stop());
  await Promise.all(functions.names().map((name) => functions.target(name)));

  const announcement = {
    apiUrl,
    dbUrl: database.url,
    publishableKey: PUBLISHABLE_KEY,
    secretKey: secrets.secretKey,
  };
  await announce(dataDir, secrets, announcement);
  const stop = () => parts.disposeAsync();
  return {
    ...announcement,
    adminDbUrl: database.adminUrl,
    key,
    functions,
    stopDatabase: database.stop,
    startDatabase: database.start,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** What a hosted function finds in its environment. */
function environment(
  apiUrl: string,
  dbUrl: string,
  secretKey: string,
  key: SigningKey,
): Record<string, string> {
  return {
    SUPABASE_URL: apiUrl,
    SUPABASE_DB_URL: dbUrl,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: PUBLISHABLE_KEY }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: secretKey }),
    SUPABASE_JWKS: JSON.stringify(key.jwks),
  };
}
