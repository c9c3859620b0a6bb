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

const ours = "('public'::regnamespace, 'continuum'::regnamespace)";
// Functions that an extension brought are not ours to change.
const ourFunctions = `
  from pg_proc p
  where p.pronamespace in ${ours}
    and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e')
`;

none(
  "the schema of the Data API holds functions and nothing else",
  `select relname as found from pg_class where relnamespace = 'public'::regnamespace
   union all
   select typname from pg_type where typnamespace = 'public'::regnamespace`,
);

none(
  "every table has row level security",
  `select relname from pg_class
   where relnamespace = 'continuum'::regnamespace and relkind in ('r', 'p') and not relrowsecurity`,
);

none(
  "every policy is for one operation, names its role, and asks auth.uid() once a query",
  `select tablename, policyname from pg_policies
   where schemaname = 'continuum' and (
     cmd = 'ALL' or roles <> '{authenticated}'
     or replace(concat(qual, with_check), 'SELECT auth.uid()', '') like '%auth.uid()%'
   )`,
);

none(
  "no policy's name is cut off, which PostgreSQL does at 63 bytes without an error",
  `select tablename, policyname from pg_policies
   where schemaname in ('continuum', 'storage') and octet_length(policyname) >= 63`,
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
  "anon may use no sequence, no function, and not the schema of the tables",
  `select oid::regclass::text as found from pg_class
   where relnamespace in ${ours} and relkind = 'S'
     and case when relkind = 'S' then has_sequence_privilege('anon', oid, 'USAGE, SELECT, UPDATE') end
   union all
   select p.oid::regprocedure::text ${ourFunctions} and has_function_privilege('anon', p.oid, 'EXECUTE')
   union all
   select nspname from pg_namespace
   where nspname = 'continuum' and has_schema_privilege('anon', oid, 'USAGE, CREATE')`,
);

none(
  "nobody makes objects in the schema of the tables",
  `select role from unnest('{anon,authenticated,service_role}'::text[]) role
   where has_schema_privilege(role, 'continuum', 'CREATE')`,
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
  "a function of the API answers text, which is passed on and never serialised anew",
  `select p.oid::regprocedure::text, p.prorettype::regtype::text ${ourFunctions}
   and p.pronamespace = 'public'::regnamespace
   and (p.proretset or p.prorettype not in ('text'::regtype, 'void'::regtype, 'boolean'::regtype))`,
);

none(
  "no function of the API has a default besides null: what is left out is decided in one place",
  `select p.oid::regprocedure::text, pg_get_expr(p.proargdefaults, 0) ${ourFunctions}
   and p.pronamespace = 'public'::regnamespace and p.pronargdefaults > 0
   and pg_get_expr(p.proargdefaults, 0) !~ '^NULL::[a-z ]+(, NULL::[a-z ]+)*$'`,
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
   where c.relnamespace = 'continuum'::regnamespace and c.relkind in ('r', 'p')
     and a.grantee = 'authenticated'::regrole and a.privilege_type not in ('SELECT', 'DELETE')`,
);

none(
  "nobody inserts, changes or removes messages, keys and usage but through the functions that keep them whole",
  `select role, c.oid::regclass::text, privilege
   from pg_class c, unnest('{anon,authenticated}'::text[]) role, unnest('{INSERT,UPDATE}'::text[]) privilege
   where c.oid in (
       'continuum.messages'::regclass, 'continuum.append_keys'::regclass,
       'continuum.message_usage'::regclass, 'continuum.storage_usage'::regclass
     )
     and (has_any_column_privilege(role, c.oid, privilege) or has_table_privilege(role, c.oid, 'DELETE'))
   union all
   select 'service_role', c.oid::regclass::text, privilege
   from pg_class c, unnest('{INSERT,UPDATE}'::text[]) privilege
   where c.oid in ('continuum.messages'::regclass, 'continuum.append_keys'::regclass)
     and has_any_column_privilege('service_role', c.oid, privilege)`,
);

none(
  "nobody but the database itself sets what it keeps of a conversation",
  `select role, attname, privilege
   from pg_attribute, unnest('{anon,authenticated,service_role}'::text[]) role,
     unnest('{INSERT,UPDATE}'::text[]) privilege
   where attrelid = 'continuum.conversations'::regclass and attnum > 0 and not attisdropped
     and attname not in ('title', 'metadata', 'archived_at', 'ttl_seconds')
     and not (attname = 'continuation_id' and privilege = 'INSERT')
     and has_column_privilege(role, attrelid, attnum, privilege)`,
);

none(
  "nobody answers an invitation in a row that is not theirs, nor says who invited",
  `select role, attname, privilege
   from pg_attribute, unnest('{anon,authenticated,service_role}'::text[]) role,
     unnest('{INSERT,UPDATE}'::text[]) privilege
   where attrelid = 'continuum.conversation_members'::regclass
     and attname in ('invited_by', 'added_at', 'accepted_at', 'declined_at')
     and has_column_privilege(role, attrelid, attnum, privilege)`,
);

none(
  "every foreign key has an index that begins with it",
  `select conrelid::regclass::text, conname from pg_constraint k
   where contype = 'f' and connamespace = 'continuum'::regnamespace
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
    sql`select version from continuum.schema_version order by version`
  );
  assert.deepEqual(recorded.map(({ version }) => version), files.sort());
});
