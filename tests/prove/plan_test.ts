/** The same seed makes the same plan: of what each client does, and of what goes wrong. */
import assert from "node:assert/strict";
import { plannedSteps as conversationSteps } from "../../prove/conversations/plan.ts";
import { FAULTS, plannedFaults } from "../../prove/faults/plan.ts";
import { plannedSteps as fileSteps } from "../../prove/files/plan.ts";
import { type Random, seeded } from "../lineage/random.ts";

const plans: Record<string, (random: Random) => Iterator<unknown>> = {
  conversations: (random) => conversationSteps(random, "owner", 3),
  files: fileSteps,
  faults: plannedFaults,
};

function beginning(steps: Iterator<unknown>, count: number): unknown[] {
  return Array.from({ length: count }, () => steps.next().value);
}

for (const [name, plan] of Object.entries(plans)) {
  Deno.test(`a plan of ${name} follows from its seed`, () => {
    const of = (seed: number) => beginning(plan(seeded(seed)), 500);
    assert.deepEqual(of(7), of(7));
    assert.notDeepEqual(of(7), of(8));
  });
}

Deno.test("every kind of fault is planned within a few minutes", () => {
  const faults = beginning(plannedFaults(seeded(1)), 100) as { kind: string }[];
  assert.deepEqual(
    [...new Set(faults.map(({ kind }) => kind))].sort(),
    Object.keys(FAULTS).sort(),
  );
});
