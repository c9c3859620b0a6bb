/** `stack.json` in the data folder: its secrets, and where to reach the stack while it runs. */
import { StackError } from "./config.ts";
import { writePrivately } from "./data_folder.ts";
import { join } from "./paths.ts";

/** The roles of the database that can log in. */
export const LOGIN_ROLES = [
  "supabase_admin",
  "postgres",
  "authenticator",
  "supabase_auth_admin",
  "supabase_storage_admin",
] as const;

/** Made once for each data folder; a reset keeps them. */
export interface Secrets {
  secretKey: string;
  /** Signs the URLs that Storage hands out. */
  urlSigningSecret: string;
  passwords: Record<typeof LOGIN_ROLES[number], string>;
}

/** The addresses and keys of a stack. */
export interface Announcement {
  /** Where clients reach it, without a trailing slash. */
  apiUrl: string;
  /** A connection as `postgres`, which is not a superuser. */
  dbUrl: string;
  publishableKey: string;
  secretKey: string;
}

type Content = Secrets & Partial<Announcement>;

/**
 * The secrets of a data folder, made on first use. What an earlier run has announced is withdrawn.
 *
 * @throws {StackError} if the file is broken.
 */
export async function openStackFile(dataDir: string): Promise<Secrets> {
  const found = await read(dataDir);
  const secrets: Secrets = found === null ? newSecrets() : {
    secretKey: found.secretKey,
    urlSigningSecret: found.urlSigningSecret,
    passwords: found.passwords,
  };
  await writePrivately(pathIn(dataDir), JSON.stringify(secrets));
  return secrets;
}

/** Adds the addresses, for `deno task status` to find. */
export async function announce(
  dataDir: string,
  secrets: Secrets,
  announcement: Announcement,
): Promise<void> {
  const content: Content = { ...secrets, ...announcement };
  await writePrivately(pathIn(dataDir), JSON.stringify(content));
}

/** The announcement of a stack that runs; null before it is ready. */
export async function readAnnouncement(
  dataDir: string,
): Promise<Announcement | null> {
  const { apiUrl, dbUrl, publishableKey, secretKey } = await read(dataDir) ??
    {};
  return apiUrl && dbUrl && publishableKey && secretKey
    ? { apiUrl, dbUrl, publishableKey, secretKey }
    : null;
}

function newSecrets(): Secrets {
  const passwords = LOGIN_ROLES.map((role) => [role, randomText(24)]);
  return {
    secretKey: `sb_secret_${randomText(24)}`,
    urlSigningSecret: randomText(32),
    passwords: Object.fromEntries(passwords),
  };
}

/** Letters, digits, `-` and `_`: nothing that a URL or SQL would need escaped. */
export function randomText(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}

async function read(dataDir: string): Promise<Content | null> {
  const path = pathIn(dataDir);
  let content: Partial<Content>;
  try {
    content = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    content = {};
  }
  const { secretKey, urlSigningSecret, passwords } = content;
  if (
    secretKey && urlSigningSecret &&
    LOGIN_ROLES.every((role) => passwords?.[role]) && passwords
  ) return { ...content, secretKey, urlSigningSecret, passwords };
  throw new StackError(
    `${path} is broken, which holds the database's passwords: remove it and run "deno task reset".`,
  );
}

function pathIn(dataDir: string): string {
  return join(dataDir, "stack.json");
}
