/** Every grant on a table by everybody, in SQL, and undone. */
import assert from "node:assert/strict";
import { append } from "../support/http.ts";
import { withSql } from "../support/sql.ts";
import { attempt, roles } from "./in_sql.ts";
import { actorNames } from "./matrix.ts";
import { type Privilege, serviceGrants, tableCases } from "./tables.ts";
import { actors, makeWorld } from "./world.ts";

const world = await makeWorld();
await append(actors.owner, world.id, ["with a key"], {
  headers: { "Idempotency-Key": world.mark },
});

/** `table privilege`, or `table privilege column`, of all that a role may do. */
function granted(role: "authenticated" | "service_role"): Promise<string[]> {
  return withSql(async (sql) => {
    const rows = await sql<{ grant: string }[]>`
      select c.relname || ' ' || lower(a.privilege_type) as grant
      from pg_class c, aclexplode(c.relacl) a
      where c.relnamespace = 'continuum'::regnamespace and a.grantee = ${role}::regrole
      union all
      select c.relname || ' ' || lower(a.privilege_type) || ' ' || t.attname
      from pg_class c join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
      where c.relnamespace = 'continuum'::regnamespace and a.grantee = ${role}::regrole
    `;
    return rows.map(({ grant }) => grant).sort();
  });
}

const usersGrants = [
  ...new Set(
    tableCases.flatMap(({ table, privilege, columns }) =>
      (columns ?? [""]).map((column) =>
        `${table} ${privilege} ${column}`.trim()
      )
    ),
  ),
].sort();
const serviceRoleGrants = Object.entries(serviceGrants)
  .flatMap(([table, grants]) => grants.map((grant) => `${table} ${grant}`))
  .sort();

Deno.test("the matrix lists every table, and every grant on a table or column", async () => {
  assert.deepEqual(usersGrants, await granted("authenticated"));
  assert.deepEqual(serviceRoleGrants, await granted("service_role"));
  const tables = await withSql((sql) =>
    sql<{ name: string }[]>`
      select relname as name from pg_class
      where relnamespace = 'continuum'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
      order by relname
    `
  );
  assert.deepEqual(
    tables.map(({ name }) => name),
    Object.keys(serviceGrants).sort(),
  );
});

const touched = ({ count }: { count: number }) => count > 0 ? "ok" : "nothing";

for (const { table, privilege, what, outcomes, run } of tableCases) {
  for (const name of actorNames) {
    const actor = actors[name];
    const role = roles[name];
    if (role === undefined || actor === undefined) continue;
    Deno.test(`${privilege} on ${table}, ${what}, by ${name}: ${outcomes[name]}`, async () => {
      const outcome = await attempt(
        { id: actor.id, role },
        (tx) =>
          run(tx, world, { ...actor, id: actor.id ?? crypto.randomUUID() }),
        touched,
      );
      assert.equal(outcome, outcomes[name]);
    });
  }
}

/** A statement that touches no row, and still needs the privilege. */
const statements: Record<
  Privilege,
  (table: string, column: string, type: string) => string
> = {
  select: (table, column) => `select "${column}" from ${table} limit 0`,
  insert: (table, column, type) =>
    `insert into ${table} ("${column}") select null::${type} where false`,
  update: (table, column) =>
    `update ${table} set "${column}" = default where false`,
  delete: (table) => `delete from ${table} where false`,
};
const privileges = Object.keys(statements) as Privilege[];

const roleGrants: Record<string, string[]> = {
  anon: [],
  authenticated: usersGrants,
  service_role: serviceRoleGrants,
};
for (const [role, grants] of Object.entries(roleGrants)) {
  Deno.test(`what is not listed is refused to ${role}, column by column`, async () => {
    const columns = await withSql((sql) =>
      sql<{ table: string; column: string; type: string; computed: boolean }[]>`
        select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type,
          a.attgenerated <> '' or a.attidentity <> '' as computed
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = 'continuum'::regnamespace and c.relkind = 'r'
      `
    );
    assert.ok(columns.length > 50);
    for (const { table, column, type, computed } of columns) {
      for (const privilege of privileges) {
        // Nobody can insert into it, whatever is granted.
        if (computed && privilege === "insert") continue;
        const isListed = grants.includes(`${table} ${privilege}`) ||
          grants.includes(`${table} ${privilege} ${column}`);
        const statement = statements[privilege](
          `continuum.${table}`,
          column,
          type,
        );
        const outcome = await attempt(
          { id: role === "authenticated" ? actors.owner.id : null, role },
          (tx) => tx.unsafe(statement),
          touched,
        );
        assert.equal(outcome, isListed ? "nothing" : "refused", statement);
      }
    }
  });

  Deno.test(`no table can be emptied or given a trigger by ${role}`, async () => {
    for (const table of Object.keys(serviceGrants)) {
      for (
        const statement of [
          `truncate continuum.${table} cascade`,
          `create trigger t before insert on continuum.${table} execute function suppress_redundant_updates_trigger()`,
          `alter table continuum.${table} disable row level security`,
          `drop table continuum.${table} cascade`,
        ]
      ) {
        const outcome = await attempt(
          { id: null, role },
          (tx) => tx.unsafe(statement),
          touched,
        );
        assert.equal(outcome, "refused", statement);
      }
    }
  });
}
