/**
 * The checkers of `deno task prove`, each for a short while: whole stacks keep what they promise under faults, and a
 * stack without one of its safeguards is found out.
 *
 *   CONTINUUM_PROVE_SECONDS=3600   longer than the 20 s of an ordinary run
 *   CONTINUUM_PROVE_SEED=7         another plan
 *   CONTINUUM_PROVE_PLANTS=all     every safeguard, and not only the five that matter most
 */
import assert from "node:assert/strict";
import type { Checker } from "../../prove/checker.ts";
import { checker as conversations } from "../../prove/conversations/checker.ts";
import { checker as files } from "../../prove/files/checker.ts";
import { describe } from "../../prove/describe.ts";
import type { Report } from "../../prove/report.ts";
import { prove } from "../../prove/run.ts";

const SECONDS = Number(Deno.env.get("CONTINUUM_PROVE_SECONDS") ?? 20);
const SEED = Number(Deno.env.get("CONTINUUM_PROVE_SEED") ?? 1);
const isEveryPlant = Deno.env.get("CONTINUUM_PROVE_PLANTS") === "all";

/** How long a run with a plant takes, in seconds, and how many there may be. */
const PLANTED_SECONDS = 15;
const PLANTED_RUNS = 3;

for (const checker of [conversations, files]) {
  Deno.test(`${checker.name} under faults for ${SECONDS} s: no anomaly`, async () => {
    const report = await prove(checker, { seconds: SECONDS, seed: SEED });
    assert.ok(report.isClean, describe(report));
    const faults = [...report.counts.keys()]
      .filter((name) => name.startsWith("fault"));
    assert.ok(faults.length > 0, describe(report));
  });
}

/** What each plant is found by: any of these kinds of anomaly. */
const PLANTS: [Checker, plant: string, kinds: string[], always: boolean][] = [
  [conversations, "row-lock", ["server error", "line", "torn"], true],
  [conversations, "unique-keys", ["backstop"], true],
  [conversations, "live-flag", ["line"], true],
  [conversations, "key-lookup", ["doubled", "not replayed", "key"], false],
  [conversations, "unique-names", ["two conversations", "doubled"], false],
  [conversations, "dropped-message", ["lost", "torn", "answer"], false],
  [files, "pending-row-policy", ["past the API", "stray object"], true],
  [files, "completion-look", ["unlooked", "lost bytes"], true],
  [files, "content-look", ["unlooked"], false],
  [files, "usage", ["usage"], false],
  [files, "unique-contents", ["doubled"], false],
  [files, "linked-look", ["lost"], false],
];

Deno.test("every plant is tried here", () => {
  for (const checker of [conversations, files]) {
    assert.deepEqual(
      PLANTS.filter(([of]) => of === checker).map(([, plant]) => plant).sort(),
      Object.keys(checker.plants ?? {}).sort(),
    );
  }
});

for (const [checker, plant, kinds, always] of PLANTS) {
  Deno.test({
    name: `without a safeguard: ${checker.plants?.[plant]?.summary}`,
    ignore: !always && !isEveryPlant,
    async fn() {
      let report: Report | null = null;
      for (let run = 0; run < PLANTED_RUNS; run++) {
        const found = new AbortController();
        report = await prove(checker, {
          seconds: PLANTED_SECONDS * (run + 1),
          seed: SEED + run,
          plant,
          signal: found.signal,
          onAnomaly: ({ kind }) => kinds.includes(kind) && found.abort(),
        });
        const isFound = kinds.some((kind) => report?.anomalyCounts.has(kind));
        if (isFound) return;
      }
      assert.fail(`It was not found. ${report && describe(report)}`);
    },
  });
}
