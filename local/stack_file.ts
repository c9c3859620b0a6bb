/** `stack.json` in the data folder: its secrets, and where to reach the stack while it runs. */
import { join } from "node:path";
import { z } from "zod";
import { StackError } from "./config.ts";
import { writePrivately } from "./data_folder.ts";
import { newPrivateJwk, randomText } from "./keys.ts";

/** The roles of the database that can log in. */
export const LOGIN_ROLES = [
  "supabase_admin",
  "postgres",
  "authenticator",
  "supabase_auth_admin",
  "supabase_storage_admin",
] as const;

const Text = z.string().min(1);

const Secrets = z.object({
  secretKey: Text,
  /** Signs the URLs that Storage hands out. */
  urlSigningSecret: Text,
  passwords: z.record(z.enum(LOGIN_ROLES), Text),
  /** The private JWK that users' tokens are signed with. */
  signingKey: z.object({
    kty: Text,
    crv: Text,
    x: Text,
    y: Text,
    d: Text,
    kid: Text,
  }),
});

const Announcement = z.object({
  /** Where clients reach it, without a trailing slash. */
  apiUrl: Text,
  /** A connection as `postgres`, which is not a superuser. */
  dbUrl: Text,
  publishableKey: Text,
  secretKey: Text,
});

/** Made once for each data folder; a reset keeps them. */
export type Secrets = z.infer<typeof Secrets>;

/** The addresses and keys of a stack. */
export type Announcement = z.infer<typeof Announcement>;

/**
 * The secrets of a data folder, made on first use. What an earlier run has announced is withdrawn.
 *
 * @throws {StackError} if the file is broken.
 */
export async function openStackFile(dataDir: string): Promise<Secrets> {
  const { success, data } = Secrets.safeParse(
    await read(dataDir) ?? await newSecrets(),
  );
  if (!success) {
    throw new StackError(
      `${
        pathIn(dataDir)
      }, which holds the stack's keys and passwords, is damaged. Remove it and run "deno task reset".`,
    );
  }
  await writePrivately(pathIn(dataDir), JSON.stringify(data));
  return data;
}

/** Adds the addresses, for `deno task status` to find. */
export async function announce(
  dataDir: string,
  secrets: Secrets,
  announcement: Announcement,
): Promise<void> {
  const content = { ...secrets, ...announcement };
  await writePrivately(pathIn(dataDir), JSON.stringify(content));
}

/** The announcement of a stack that runs; null before it is ready. */
export async function readAnnouncement(
  dataDir: string,
): Promise<Announcement | null> {
  return Announcement.safeParse(await read(dataDir)).data ?? null;
}

async function newSecrets() {
  const passwords = LOGIN_ROLES.map((role) => [role, randomText(24)]);
  return {
    secretKey: `sb_secret_${randomText(24)}`,
    urlSigningSecret: randomText(32),
    passwords: Object.fromEntries(passwords),
    signingKey: await newPrivateJwk(),
  };
}

/** The parsed file: null if it does not exist, an empty string if it is not JSON. */
async function read(dataDir: string): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(pathIn(dataDir)));
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? null : "";
  }
}

function pathIn(dataDir: string): string {
  return join(dataDir, "stack.json");
}
