/** What a project has of Continuum: applied migrations, and versions of deployed functions. */
import { root } from "../../local/config.ts";
import { ask, CliError } from "./cli.ts";

export interface Migrations {
  /** In this checkout and not applied. */
  pending: string[];
  /** Applied and not in this checkout. */
  unknown: string[];
  applied: number;
}

/** How often each function has been deployed, by its name. */
export type Functions = Map<string, number>;

/** @throws {CliError} */
export async function readMigrations(ref: string): Promise<Migrations> {
  const { migrations }: { migrations: { local: string; remote: string }[] } =
    await ask(["migration", "list", "--project-ref", ref, "--workdir", root]);
  return {
    pending: migrations.filter(({ remote }) => !remote)
      .map(({ local }) => local),
    unknown: migrations.filter(({ local }) => !local)
      .map(({ remote }) => remote),
    applied: migrations.filter(({ remote }) => remote).length,
  };
}

/** @throws {CliError} */
export async function readFunctions(ref: string): Promise<Functions> {
  const { functions }: { functions: { slug: string; version: number }[] } =
    await ask(["functions", "list", "--project-ref", ref]);
  return new Map(functions.map(({ slug, version }) => [slug, version]));
}

/** Which of `names` have been deployed since, and which have not. */
export function progress(
  names: string[],
  before: Functions,
  after: Functions,
): { live: string[]; old: string[]; missing: string[] } {
  const isNew = (name: string) =>
    (after.get(name) ?? 0) > (before.get(name) ?? 0);
  return {
    live: names.filter(isNew),
    old: names.filter((name) => !isNew(name) && after.has(name)),
    missing: names.filter((name) => !after.has(name)),
  };
}

/** What to do about a command that failed. Null if its output says it all. */
export function adviceFor({ printed }: CliError): string | null {
  if (/Access token not provided/i.test(printed)) {
    return "Run: deno task deploy login. Or set SUPABASE_ACCESS_TOKEN to a token from your account.";
  }
  if (
    /Unauthorized|invalid access token|JWT could not be decoded/i.test(printed)
  ) {
    return "The access token is not valid any more. Make one under Account, Access Tokens, or run: deno task deploy login.";
  }
  if (
    /login.role|temp role/i.test(printed) ||
    /password authentication/i.test(printed)
  ) {
    return "The access token may not make a login for the database, or the password is wrong. Set SUPABASE_DB_PASSWORD " +
      "to the database's password (Project Settings, Database), and run this again.";
  }
  if (/privileges|Forbidden|\b403\b/i.test(printed)) {
    return "The account of this access token may not do that in this project: it has to be a Developer at least.";
  }
  if (/project status|not found|\b404\b/i.test(printed)) {
    return "There is no such project for this access token: check the project ref and the account.";
  }
  if (/Transport error|ENOTFOUND|ECONN|network|IPv6/i.test(printed)) {
    return "Check your network, and run this again.";
  }
  return null;
}
