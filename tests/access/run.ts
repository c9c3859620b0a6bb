/** Runs the cases of the matrix: each by each actor. */
import assert from "node:assert/strict";
import {
  type ActorName,
  actorNames,
  bearerNames,
  type Case,
  changesWorld,
  type Outcome,
} from "./matrix.ts";
import { actors, makeWorld, missingWorld, readState } from "./world.ts";

/** Shared by all that must change nothing. */
let untouched: ReturnType<typeof makeWorld> | undefined;

/** Those who are refused before anything is looked at. They ask one after another in one test, to save time. */
const outside: ReadonlySet<ActorName> = new Set([
  "nobody",
  "secret",
  ...bearerNames,
]);

/** Without what differs from request to request. */
function stable(body: unknown): unknown {
  if (typeof body !== "object" || body === null) return body;
  const { request_id: _, ...rest } = body as Record<string, unknown>;
  return rest;
}

export function runCases(cases: Case[]): void {
  for (const each of cases) {
    const asking = actorNames.filter((name) =>
      actors[name] !== undefined && each.outcomes[name] !== "skipped"
    );
    for (const name of asking.filter((name) => !outside.has(name))) {
      run(each, [name], each.outcomes[name]);
    }
    const byOutcome = Map.groupBy(
      asking.filter((name) => outside.has(name)),
      (name) =>
        changesWorld(each, name) ? `changes by ${name}` : each.outcomes[name],
    );
    for (const names of byOutcome.values()) {
      run(each, names, each.outcomes[names[0]!]);
    }
  }
}

/** A test of what a case comes to for actors for whom it comes to the same. */
function run(each: Case, names: ActorName[], expected: Outcome): void {
  const { covers, what } = each;
  const asked = what === undefined ? covers : `${covers}, ${what}`;
  Deno.test(`${asked}, by ${names.join(", ")}: ${expected}`, async () => {
    const changes = names.some((name) => changesWorld(each, name));
    const world = changes || each.ownWorld || expected === "elsewhere"
      ? await makeWorld()
      : await (untouched ??= makeWorld());
    const before = await readState(world);
    for (const name of names) {
      const actor = actors[name]!;
      const told = await each.run(actor, world);
      assert.equal(
        told.outcome,
        expected,
        `${name}: ${JSON.stringify(told.body)}`,
      );
      // Whoever may not see a thing is told what one is who asks for nothing.
      if (expected === "not_found" || expected === "empty") {
        const missing = await each.run(actor, missingWorld());
        assert.deepEqual(
          { ...missing, body: stable(missing.body) },
          { ...told, body: stable(told.body) },
        );
      }
    }
    const after = await readState(world);
    if (changes) assert.notDeepEqual(after, before);
    else assert.deepEqual(after, before);
  });
}

/** Asserts that the cases cover exactly what there is. */
export function assertCovered(cases: Case[], there: string[]): void {
  const covered = new Set(cases.map(({ covers }) => covers));
  assert.deepEqual([...covered].sort(), [...new Set(there)].sort());
}
