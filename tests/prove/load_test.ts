/** A short run of `deno task prove load`. */
import assert from "node:assert/strict";
import { checker } from "../../prove/load/checker.ts";
import { prove } from "../../prove/run.ts";

Deno.test("under load whoever is refused is told when to come again, all recovers, and nothing grows", async () => {
  const report = await prove(checker, { seconds: 4, seed: 20261130 });
  assert.deepEqual(report.anomalies, []);
  const refused = [...report.counts].filter(([name]) =>
    /^(every row locked|no connection left): (429|503)$/.test(name)
  );
  assert.ok(refused.length >= 2, JSON.stringify([...report.counts]));
});
