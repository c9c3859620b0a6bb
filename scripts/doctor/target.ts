/** The project to look at: from flags, else the environment and `.env`, else the local stack that runs here. */
import { resolve } from "node:path";
import { parseArgs, parseEnv } from "node:util";
import { optionsFromEnv } from "../../local/config.ts";
import { isRunning } from "../../local/processes/lock.ts";
import { readAnnouncement } from "../../local/stack_file.ts";
import { isLoopbackHost } from "../../local/gateway/host.ts";
import { readEnvFile, setting } from "../settings.ts";

export interface Target {
  /** As it was given; a check looks at its form. */
  url: string;
  publishableKey?: string;
  secretKey?: string;
  /** A connection as `postgres`. */
  dbUrl?: string;
  /** An account to make the round trip as, instead of one that is made for it. */
  email?: string;
  password?: string;
  /** Where the settings come from, for people. */
  source: string;
  /** Whether it is the stack of this checkout, found by its data folder. */
  isLocalStack: boolean;
}

export interface Options {
  target: Target | null;
  /** Whether to make an account and store something. */
  roundTrip: boolean;
  json: boolean;
}

export const USAGE = `deno task doctor [options]

Says what keeps Continuum from running in a project, and what to do about it.

  --url <url>               the project's URL, or SUPABASE_URL
  --publishable-key <key>   or SUPABASE_PUBLISHABLE_KEY; a legacy anon key works too
  --secret-key <key>        or SUPABASE_SECRET_KEY: to look at buckets and to make a user for the round trip
  --db-url <url>            or SUPABASE_DB_URL, as postgres: to look at policies and at the schedule
  --email, --password       or DOCTOR_EMAIL and DOCTOR_PASSWORD: an account for the round trip
  --env-file <file>         reads these from a file instead of .env; "-" is the standard input. The names that
                            "supabase status -o env" and "deno task status" print are taken as well
  --no-round-trip           stores nothing
  --json                    prints the findings as JSON

Without a URL it looks at the local stack of this checkout, if one runs.
The exit status is 0 if nothing failed, 1 if something did, and 2 if an option is wrong.`;

/** An option that does not exist or makes no sense. */
export class UsageError extends Error {}

const FLAGS = {
  url: { type: "string" },
  "publishable-key": { type: "string" },
  "secret-key": { type: "string" },
  "db-url": { type: "string" },
  email: { type: "string" },
  password: { type: "string" },
  "env-file": { type: "string" },
  "no-round-trip": { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** What `supabase status -o env` calls what we name as functions find it. The first that is set counts. */
const STATUS_NAMES: Record<string, string[]> = {
  SUPABASE_URL: ["API_URL"],
  SUPABASE_PUBLISHABLE_KEY: [
    "PUBLISHABLE_KEY",
    "SUPABASE_ANON_KEY",
    "ANON_KEY",
  ],
  SUPABASE_SECRET_KEY: [
    "SECRET_KEY",
    "SUPABASE_SERVICE_ROLE_KEY",
    "SERVICE_ROLE_KEY",
  ],
  SUPABASE_DB_URL: ["DB_URL"],
};

/**
 * @returns null if help was asked for.
 * @throws {UsageError}
 */
export async function readOptions(args: string[]): Promise<Options | null> {
  const flags = parse(args);
  if (flags.help) return null;
  const read = await settings(flags["env-file"]);
  const url = flags.url ?? read("SUPABASE_URL");
  const roundTrip = !flags["no-round-trip"];
  const json = flags.json ?? false;
  if (url === undefined) {
    return { target: await localStack(), roundTrip, json };
  }
  const target: Target = {
    url,
    publishableKey: flags["publishable-key"] ??
      read("SUPABASE_PUBLISHABLE_KEY"),
    secretKey: flags["secret-key"] ?? read("SUPABASE_SECRET_KEY"),
    dbUrl: flags["db-url"] ?? read("SUPABASE_DB_URL"),
    email: flags.email ?? read("DOCTOR_EMAIL"),
    password: flags.password ?? read("DOCTOR_PASSWORD"),
    source: flags.url === undefined
      ? flags["env-file"] ?? "the environment"
      : "--url",
    isLocalStack: false,
  };
  return { target, roundTrip, json };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: FLAGS }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : "");
  }
}

/** How a setting is found by its name. A blank one counts as unset. */
async function settings(
  envFile: string | undefined,
): Promise<(name: string) => string | undefined> {
  const file: Record<string, string | undefined> = {};
  if (envFile === undefined) {
    await readEnvFile();
  } else {
    Object.assign(file, parseEnv(await textOf(envFile)));
  }
  return (name) => {
    for (const candidate of [name, ...STATUS_NAMES[name] ?? []]) {
      // Names as common as API_URL are taken from a file only.
      const value = envFile !== undefined
        ? file[candidate]?.trim()
        : candidate.startsWith("SUPABASE_") || candidate === name
        ? setting(candidate)
        : undefined;
      if (value) return value;
    }
  };
}

async function textOf(file: string): Promise<string> {
  if (file === "-") return await new Response(Deno.stdin.readable).text();
  try {
    return await Deno.readTextFile(file);
  } catch {
    throw new UsageError(`There is no file ${file} to read.`);
  }
}

async function localStack(): Promise<Target | null> {
  const dataDir = resolve(optionsFromEnv().dataDir);
  const found = await isRunning(dataDir)
    ? await readAnnouncement(dataDir)
    : null;
  return found === null ? null : {
    url: found.apiUrl,
    publishableKey: found.publishableKey,
    secretKey: found.secretKey,
    dbUrl: found.dbUrl,
    source: `the local stack in ${dataDir}`,
    isLocalStack: true,
  };
}

/** Whether the project runs on this machine. */
export function isOnThisMachine({ url }: Target): boolean {
  return URL.canParse(url) && isLoopbackHost(new URL(url).host);
}

/** The 20 letters that name a hosted project; undefined for any other. */
export function projectRef(url: string): string | undefined {
  return /^https:\/\/([a-z]{20})\.supabase\.co$/.exec(url)?.[1];
}
