/** Who runs PostgreSQL: it refuses root, so as root it runs as somebody without rights. */
import { StackError } from "../config.ts";

/** A user to run a process as; empty for the user that runs the stack. */
export interface Runner {
  uid?: number;
  gid?: number;
}

/** The user for PostgreSQL: ourselves, or `postgres`, else `nobody`, where we are root. */
export async function postgresRunner(): Promise<Runner> {
  if (Deno.uid() !== 0) return {};
  const accounts = (await Deno.readTextFile("/etc/passwd")).split("\n").map((
    line,
  ) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const account = accounts.find(([user]) => user === name);
    if (account) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new StackError(
    'PostgreSQL does not run as root: add a user "postgres", or start as another user.',
  );
}
