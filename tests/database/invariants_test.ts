/** What must hold of the schema as a whole, so that a new table or function cannot forget it. */
import assert from "node:assert/strict";
import { withSql } from "../support/sql.ts";

/** Asserts that a query finds nothing; what it finds is named in the failure. */
function none(name: string, query: string) {
  Deno.test(name, async () => {
    const found = await withSql((sql) => sql.unsafe(query));
    assert.deepEqual([...found], []);
  });
}

const ours = "('public'::regnamespace, 'private'::regnamespace)";
// Functions that an extension brought are not ours to change.
const ourFunctions = `
  from pg_proc p
  where p.pronamespace in ${ours}
    and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e')
`;

none(
  "every public table has row level security",
  `select relname from pg_class
   where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity`,
);

none(
  "the private schema holds no tables or views",
  `select relname from pg_class
   where relnamespace = 'private'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')`,
);

none(
  "every policy is for one operation, names its role, and asks auth.uid() once a query",
  `select tablename, policyname from pg_policies
   where schemaname = 'public' and (
     cmd = 'ALL' or roles <> '{authenticated}'
     or replace(concat(qual, with_check), 'SELECT auth.uid()', '') like '%auth.uid()%'
   )`,
);

none(
  "anon is granted nothing on any table, view or column",
  `select c.oid::regclass::text, privilege
   from pg_class c, unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) privilege
   where c.relnamespace in ${ours} and c.relkind in ('r', 'p', 'v', 'm', 'f')
     and (has_any_column_privilege('anon', c.oid, privilege)
       or has_table_privilege('anon', c.oid, 'DELETE, TRUNCATE, TRIGGER'))`,
);

none(
  "anon may use no sequence, no function, and not the private schema",
  `select oid::regclass::text as found from pg_class
   where relnamespace in ${ours} and relkind = 'S'
     and case when relkind = 'S' then has_sequence_privilege('anon', oid, 'USAGE, SELECT, UPDATE') end
   union all
   select p.oid::regprocedure::text ${ourFunctions} and has_function_privilege('anon', p.oid, 'EXECUTE')
   union all
   select nspname from pg_namespace
   where nspname = 'private' and has_schema_privilege('anon', oid, 'USAGE, CREATE')`,
);

none(
  "every function fixes its search_path",
  `select p.oid::regprocedure::text ${ourFunctions}
   and not coalesce(p.proconfig, '{}') @> array['search_path=""']`,
);

none(
  "no function is executable by public",
  `select p.oid::regprocedure::text ${ourFunctions}
   and (p.proacl is null or exists (select 1 from aclexplode(p.proacl) a where a.grantee = 0))`,
);

none(
  "what runs with its definer's rights is out of the Data API's reach",
  `select p.oid::regprocedure::text ${ourFunctions}
   and p.pronamespace = 'public'::regnamespace and p.prosecdef`,
);

none(
  "a trigger's function is nobody's to call",
  `select p.oid::regprocedure::text ${ourFunctions} and p.prorettype = 'trigger'::regtype
   and (has_function_privilege('authenticated', p.oid, 'EXECUTE')
     or has_function_privilege('service_role', p.oid, 'EXECUTE'))`,
);

none(
  "a signed-in user changes no table as a whole, only granted columns under policies",
  `select c.oid::regclass::text, a.privilege_type
   from pg_class c, aclexplode(c.relacl) a
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
     and a.grantee = 'authenticated'::regrole and a.privilege_type not in ('SELECT', 'DELETE')`,
);

none(
  "nobody but the database itself sets last_seq, owner_id, continuation_id or anything of a message",
  `select role, attrelid::regclass::text, attname
   from pg_attribute, unnest('{anon,authenticated,service_role}'::text[]) role
   where attnum > 0 and not attisdropped
     and (attrelid = 'public.messages'::regclass
       or attrelid = 'public.conversations'::regclass
         and attname in ('id', 'last_seq', 'owner_id', 'continuation_id', 'created_at', 'updated_at'))
     and has_column_privilege(role, attrelid, attnum, 'UPDATE')`,
);

none(
  "every foreign key has an index that begins with it",
  `select conrelid::regclass::text, conname from pg_constraint k
   where contype = 'f' and connamespace = 'public'::regnamespace
     and not exists (
       select 1 from pg_index i
       where i.indrelid = k.conrelid and i.indpred is null
         and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
     )`,
);

Deno.test("every migration has recorded its own version, and nothing else is recorded", async () => {
  const migrations = new URL("../../supabase/migrations/", import.meta.url);
  const files: string[] = [];
  for await (const { name } of Deno.readDir(migrations)) {
    if (name.endsWith(".sql")) files.push(name.slice(0, 14));
  }
  const recorded = await withSql((sql) =>
    sql`select version from public.schema_version order by version`
  );
  assert.deepEqual(recorded.map(({ version }) => version), files.sort());
});
