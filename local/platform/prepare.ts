/** Makes an empty PostgreSQL into what a hosted project's database is before its first migration. */
import { withConnection } from "../sql.ts";
import type { Secrets } from "../stack_file.ts";
import type { Lite } from "./lite.ts";

/** For a new cluster: it cannot be repeated, so a cluster that misses its end is made anew. */
export async function preparePlatform(
  adminDbUrl: string,
  passwords: Secrets["passwords"],
  lite: Lite,
): Promise<void> {
  await runFile(adminDbUrl, "roles.sql");
  await setPasswords(adminDbUrl, passwords);
  await lite.ensureSchema();
  await runFile(adminDbUrl, "auth.sql");
  await runFile(adminDbUrl, "../storage/schema.sql");
}

async function setPasswords(
  adminDbUrl: string,
  passwords: Secrets["passwords"],
): Promise<void> {
  await withConnection(adminDbUrl, async (sql) => {
    for (const [role, password] of Object.entries(passwords)) {
      await sql.unsafe(`alter role ${role} password '${password}'`);
    }
  });
}

async function runFile(adminDbUrl: string, name: string): Promise<void> {
  const text = await Deno.readTextFile(new URL(name, import.meta.url));
  await withConnection(adminDbUrl, (sql) => sql.unsafe(text));
}
