// The `storage` schema, for a database that has none.
import { connect } from "./db.ts";

/**
 * Creates the `storage` schema as on a hosted project. Does nothing where one exists: neither ours,
 * nor that of a real Storage service, which keeps its history in `storage.migrations`.
 *
 * `adminDbUrl` connects as a superuser. The roles `postgres`, `anon`, `authenticated`,
 * `service_role` and `supabase_storage_admin` must exist.
 */
export async function applyStorageSchema(adminDbUrl: string): Promise<void> {
  const schema = await Deno.readTextFile(
    new URL("./schema.sql", import.meta.url),
  );
  const sql = connect(adminDbUrl, 1);
  try {
    await sql.begin(async (sql) => {
      // Two stacks starting at once must not both create it.
      await sql`select pg_advisory_xact_lock(hashtext('storage schema'))`;
      const [found] = await sql`
        select to_regclass('storage.migrations') is not null as real,
               to_regclass('storage.objects') is not null as ours`;
      if (found?.real || found?.ours) return;
      // An empty schema may have been made together with the roles.
      await sql`drop schema if exists storage restrict`;
      await sql.unsafe(schema);
    });
  } finally {
    await sql.end({ timeout: 2 });
  }
}
