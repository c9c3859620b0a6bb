/** What a running stack leaves in its data folder for `deno task status` to find. */
import { join } from "./paths.ts";

/** The addresses and keys of a stack. */
export interface Announcement {
  /** Where clients reach it, without a trailing slash. */
  apiUrl: string;
  /** A connection as `postgres`, which is no superuser. */
  dbUrl: string;
  publishableKey: string;
  secretKey: string;
}

const FILE = "stack.json";

export async function announce(
  dataDir: string,
  stack: Announcement,
): Promise<void> {
  const { apiUrl, dbUrl, publishableKey, secretKey } = stack;
  await Deno.writeTextFile(
    join(dataDir, FILE),
    JSON.stringify({ apiUrl, dbUrl, publishableKey, secretKey }),
    { mode: 0o600 },
  );
}

export async function withdraw(dataDir: string): Promise<void> {
  await Deno.remove(join(dataDir, FILE)).catch(() => {});
}

/** null where none was left; a stack that was killed leaves it too, so ask whether it runs. */
export async function readAnnouncement(
  dataDir: string,
): Promise<Announcement | null> {
  try {
    const announcement: Announcement = JSON.parse(
      await Deno.readTextFile(join(dataDir, FILE)),
    );
    return announcement;
  } catch {
    return null;
  }
}
