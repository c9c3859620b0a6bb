/** Every grant on a table by everybody, in SQL, and undone. */
import assert from "node:assert/strict";
import type postgres from "npm:postgres@3.4.9";
import { become } from "../support/as_user.ts";
import { append } from "../support/http.ts";
import { withSql } from "../support/sql.ts";
import { actorNames } from "./matrix.ts";
import { type Privilege, tableCases } from "./tables.ts";
import { actors, makeWorld } from "./world.ts";

const world = await makeWorld();
await append(actors.owner, world.id, ["with a key"], {
  headers: { "Idempotency-Key": world.mark },
});

/** `table privilege`, or `table privilege column`, of all that `authenticated` may do. */
function granted(): Promise<string[]> {
  return withSql(async (sql) => {
    const rows = await sql<{ grant: string }[]>`
      select c.relname || ' ' || lower(a.privilege_type) as grant
      from pg_class c, aclexplode(c.relacl) a
      where c.relnamespace = 'continuum'::regnamespace and a.grantee = 'authenticated'::regrole
      union all
      select c.relname || ' ' || lower(a.privilege_type) || ' ' || t.attname
      from pg_class c join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
      where c.relnamespace = 'continuum'::regnamespace and a.grantee = 'authenticated'::regrole
    `;
    return rows.map(({ grant }) => grant).sort();
  });
}

Deno.test("the matrix lists every table and column grant", async () => {
  const covered = tableCases.flatMap(({ table, privilege, columns }) =>
    (columns ?? [""]).map((column) => `${table} ${privilege} ${column}`.trim())
  );
  assert.deepEqual([...new Set(covered)].sort(), await granted());
});

const undone = new Error("undone");

for (const { table, privilege, what, outcomes, run } of tableCases) {
  for (const name of actorNames) {
    const actor = actors[name];
    if (name === "forged" || name === "secret") continue;
    Deno.test(`${privilege} on ${table}, ${what}, by ${name}: ${outcomes[name]}`, async () => {
      const outcome = await attempt(
        actor,
        (tx) =>
          run(tx, world, { ...actor, id: actor.id ?? crypto.randomUUID() }),
      );
      assert.equal(outcome, outcomes[name]);
    });
  }
}

/** What a statement comes to, which is rolled back. */
async function attempt(
  actor: { id: string | null },
  run: (tx: postgres.TransactionSql) => PromiseLike<{ count: number }>,
): Promise<string> {
  let outcome = "";
  await withSql((sql) =>
    sql.begin(async (tx) => {
      await become(tx, actor);
      outcome = (await run(tx)).count > 0 ? "ok" : "nothing";
      throw undone;
    })
  ).catch((error) => {
    if (error === undone) return;
    if (error.code === "42501") outcome = "refused";
    else if (error.code === "PT400") outcome = error.message;
    else throw error;
  });
  return outcome;
}

const privileges: [Privilege, (table: string) => string][] = [
  ["insert", (table) => `insert into ${table} select * from ${table} limit 0`],
  ["delete", (table) => `delete from ${table}`],
];
for (const [privilege, statement] of privileges) {
  Deno.test(`${privilege} of whole rows is refused on every table that does not grant it`, async () => {
    const tables = await withSql((sql) =>
      sql<{ name: string }[]>`
        select relname as name from pg_class
        where relnamespace = 'continuum'::regnamespace and relkind = 'r'
      `
    );
    const grants = await granted();
    for (const { name } of tables) {
      if (grants.includes(`${name} ${privilege}`)) continue;
      const outcome = await attempt(
        actors.owner,
        (tx) => tx.unsafe(statement(`continuum.${name}`)),
      );
      assert.equal(outcome, "refused", name);
    }
  });
}
