/** A short run of `deno task prove http`, and what it finds if something is broken on purpose. */
import assert from "node:assert/strict";
import { checker } from "../../prove/http/checker.ts";
import { prove } from "../../prove/run.ts";

const SECONDS = 15;

Deno.test("no random request fails or lasts, and every answer is as its OpenAPI document says", async () => {
  const report = await prove(checker, { seconds: SECONDS, seed: 20261130 });
  assert.deepEqual(report.anomalies, []);
  const requests = [...report.counts].filter(([name]) =>
    name.startsWith("requests, ")
  ).reduce((sum, [, count]) => sum + count, 0);
  assert.ok(requests > 50, `${requests} requests`);
});

for (const plant of Object.keys(checker.plants ?? {})) {
  Deno.test(`the fuzz finds what is broken on purpose: ${plant}`, async () => {
    const over = new AbortController();
    const report = await prove(checker, {
      seconds: 60,
      seed: 1,
      plant,
      signal: over.signal,
      // One is enough.
      onAnomaly: () => over.abort(),
    });
    assert.ok(report.anomalies.length > 0);
  });
}
