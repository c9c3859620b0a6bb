/** The database of a stack: PostgreSQL as a hosted project has it before its first migration. */
import { StackError } from "./config.ts";
import { createLite } from "./platform/lite.ts";
import { preparePlatform } from "./platform/prepare.ts";
import { startPostgres } from "./postgres/server.ts";
import { withConnection } from "./sql.ts";
import type { Secrets } from "./stack_file.ts";

export interface Database {
  /** A connection as `postgres`, which is no superuser. */
  url: string;
  /** A connection as the superuser, which a hosted project gives to nobody. */
  adminUrl: string;
  /** A connection as the role that becomes the caller's. */
  authenticatorUrl: string;
  isUp(): Promise<boolean>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface DatabaseOptions {
  dataDir: string;
  /** 0 picks a free one. */
  port: number;
  /** Of the roles that can log in, for a database of our own. */
  passwords: Secrets["passwords"];
  /** A Supabase project's database to use in place of one of our own. */
  replacedBy?: string;
}

/** @throws {StackError} */
export async function startDatabase(
  options: DatabaseOptions,
): Promise<Database> {
  return options.replacedBy === undefined
    ? await startOwn(options)
    : await useOther(options.replacedBy);
}

async function startOwn(options: DatabaseOptions): Promise<Database> {
  const postgres = await startPostgres(options);
  const urlAs = (user: keyof Secrets["passwords"]) =>
    `postgresql://${user}:${
      options.passwords[user]
    }@127.0.0.1:${postgres.port}/postgres`;
  const database: Database = {
    url: urlAs("postgres"),
    adminUrl: urlAs("supabase_admin"),
    authenticatorUrl: urlAs("authenticator"),
    isUp: () => answers(urlAs("postgres")),
    start: () => postgres.start(),
    stop: () => postgres.stop(),
  };
  try {
    if (postgres.isNew) {
      const lite = createLite(database.adminUrl, "http://127.0.0.1");
      await preparePlatform(database.adminUrl, options.passwords, lite)
        .finally(lite.close);
      await postgres.markPrepared();
    } else if (!await database.isUp()) {
      throw new StackError(
        'The database has other passwords than stack.json: run "deno task reset" for an empty one.',
      );
    }
    return database;
  } catch (error) {
    await database.stop();
    throw error;
  }
}

async function useOther(url: string): Promise<Database> {
  if (!await answers(url)) {
    throw new StackError(
      "No database answers at LOCAL_DB_URL: check it, or unset it for one of our own.",
    );
  }
  const none = () => Promise.resolve();
  return {
    url,
    adminUrl: url,
    authenticatorUrl: url,
    isUp: () => answers(url),
    start: none,
    stop: none,
  };
}

async function answers(url: string): Promise<boolean> {
  return await withConnection(url, (sql) => sql`select`)
    .then(() => true, () => false);
}
