/** What `deno task deploy` is told. */
import { parseArgs } from "node:util";

export const USAGE = `deno task deploy <project ref> [options]
deno task deploy login

Applies the migrations to a hosted project, then deploys the functions. Safe to run again: it goes on where an
earlier run has stopped.

  --dry-run          says what would be done, and changes nothing
  --functions-only   leaves the database as it is: to roll the functions back from an older checkout
  login              opens the browser to sign in to Supabase, instead of SUPABASE_ACCESS_TOKEN

The project ref is the 20 letters in the project's URL. No password is needed, as the access token may make a login
for the database that lives for minutes. If your token may not, set SUPABASE_DB_PASSWORD. Variables may be in .env.`;

export type Options =
  | { command: "help" }
  | { command: "login" }
  | {
    command: "deploy";
    ref: string;
    dryRun: boolean;
    functionsOnly: boolean;
  };

export class UsageError extends Error {}

/** @throws {UsageError} */
export function readOptions(args: string[]): Options {
  const { values, positionals } = parse(args);
  const [ref, ...rest] = positionals;
  if (values.help) return { command: "help" };
  if (rest.length > 0) {
    throw new UsageError(`There is one argument too many: ${rest[0]}.`);
  }
  if (ref === "login") return { command: "login" };
  if (ref === undefined || !/^[a-z]{20}$/.test(ref)) {
    throw new UsageError(
      "Name the project: deno task deploy <project ref>, the 20 letters of its URL.",
    );
  }
  return {
    command: "deploy",
    ref,
    dryRun: values["dry-run"] ?? false,
    functionsOnly: values["functions-only"] ?? false,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        "dry-run": { type: "boolean" },
        "functions-only": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : "");
  }
}
