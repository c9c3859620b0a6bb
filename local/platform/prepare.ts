/** Makes an empty PostgreSQL into what a hosted project's database is before its first migration. */
import { withConnection } from "../sql.ts";
import { applyStorageSchema } from "../storage/schema.ts";
import { type Lite } from "./lite.ts";

/** Does it once a database: the role `authenticator` is the sign that it was done. */
export async function preparePlatform(
  adminDbUrl: string,
  lite: Lite,
): Promise<void> {
  await withConnection(adminDbUrl, async (sql) => {
    const [done] =
      await sql`select from pg_roles where rolname = 'authenticator'`;
    if (done) return;
    const roles = await Deno.readTextFile(
      new URL("./roles.sql", import.meta.url),
    );
    await sql.begin((transaction) => transaction.unsafe(roles));
  });
  await lite.ensureSchema();
  await withConnection(adminDbUrl, async (sql) => {
    await sql.unsafe(
      await Deno.readTextFile(new URL("./auth.sql", import.meta.url)),
    );
  });
  await applyStorageSchema(adminDbUrl);
}
