/** Runs the cases of the matrix: each by each actor. */
import assert from "node:assert/strict";
import { actorNames, type Case, changesWorld } from "./matrix.ts";
import { actors, makeWorld, missingWorld, readState } from "./world.ts";

/** Shared by all that must change nothing. */
let untouched: ReturnType<typeof makeWorld> | undefined;

/** Without what differs from request to request. */
function stable(body: unknown): unknown {
  if (typeof body !== "object" || body === null) return body;
  const { request_id: _, ...rest } = body as Record<string, unknown>;
  return rest;
}

export function runCases(cases: Case[]): void {
  for (const each of cases) {
    const { covers, what, run, outcomes } = each;
    for (const name of actorNames) {
      const expected = outcomes[name];
      if (expected === "skipped") continue;
      const asked = what === undefined ? covers : `${covers}, ${what}`;
      Deno.test(`${asked}, by ${name}: ${expected}`, async () => {
        const actor = actors[name];
        const changes = changesWorld(each, name);
        const world = changes || each.ownWorld || expected === "elsewhere"
          ? await makeWorld()
          : await (untouched ??= makeWorld());
        const before = await readState(world);
        const told = await run(actor, world);
        assert.equal(told.outcome, expected, JSON.stringify(told.body));
        const after = await readState(world);
        if (changes) assert.notDeepEqual(after, before);
        else assert.deepEqual(after, before);

        // Whoever may not see a thing is told what one is who asks for nothing.
        if (expected === "not_found" || expected === "empty") {
          const missing = await run(actor, missingWorld());
          assert.deepEqual(
            { ...missing, body: stable(missing.body) },
            { ...told, body: stable(told.body) },
          );
        }
      });
    }
  }
}

/** Asserts that the cases cover exactly what there is. */
export function assertCovered(cases: Case[], there: string[]): void {
  const covered = new Set(cases.map(({ covers }) => covers));
  assert.deepEqual([...covered].sort(), [...new Set(there)].sort());
}
