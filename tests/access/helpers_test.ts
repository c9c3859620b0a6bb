/** Every helper that runs with its definer's rights, by everybody who has a role of their own, in SQL, and undone. */
import assert from "node:assert/strict";
import { withSql } from "../support/sql.ts";
import { helperCases } from "./helpers.ts";
import { attempt, roles } from "./in_sql.ts";
import { actorNames } from "./matrix.ts";
import { actors, makeWorld } from "./world.ts";

Deno.test("the matrix lists every definer's function that a user may execute", async () => {
  const helpers = await withSql((sql) =>
    sql<{ name: string }[]>`
      select proname as name from pg_proc
      where pronamespace = 'continuum'::regnamespace and prosecdef
        and has_function_privilege('authenticated', oid, 'execute')
      order by proname
    `
  );
  assert.deepEqual(
    helperCases.map(({ helper }) => helper).sort(),
    helpers.map(({ name }) => name),
  );
});

const world = await makeWorld();

for (const { helper, outcomes, run } of helperCases) {
  for (const name of actorNames) {
    const actor = actors[name];
    const role = roles[name];
    if (actor === undefined || role === undefined) continue;
    Deno.test(`${helper}, by ${name}: ${outcomes[name]}`, async () => {
      const outcome = await attempt(
        { id: actor.id, role },
        (tx) =>
          run(tx, world, { ...actor, id: actor.id ?? crypto.randomUUID() }),
        (rows) =>
          rows.some(({ it }) =>
              it !== null && it !== false && it !== "[]" &&
              !(Array.isArray(it) && it.length === 0)
            )
            ? "ok"
            : "nothing",
      );
      assert.equal(outcome, outcomes[name]);
    });
  }
}
