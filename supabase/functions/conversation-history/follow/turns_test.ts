import assert from "node:assert/strict";
import { takeTurn } from "./turns.ts";

Deno.test("six read at a time, the others in their order, also after a failure", async () => {
  const gates = Array.from(
    { length: 9 },
    () => Promise.withResolvers<number>(),
  );
  const started: number[] = [];
  const reads = gates.map(({ promise }, index) =>
    takeTurn(() => {
      started.push(index);
      return promise;
    })
  );
  assert.deepEqual(started, [0, 1, 2, 3, 4, 5]);
  gates[3]!.reject(new Error("failed"));
  await assert.rejects(reads[3]!, /failed/);
  gates[0]!.resolve(0);
  await reads[0];
  assert.deepEqual(started, [0, 1, 2, 3, 4, 5, 6, 7]);
  gates.forEach(({ resolve }, index) => resolve(index));
  assert.deepEqual(await Promise.all([...reads.slice(0, 3), reads[8]]), [
    0,
    1,
    2,
    8,
  ]);
});
