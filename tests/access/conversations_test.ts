/** Every operation of reads.ts and writes.ts by every actor: allowed or denied, as its case says. */
import assert from "node:assert/strict";
import { reads } from "./reads.ts";
import { actors, makeWorld, readState } from "./world.ts";
import { writes } from "./writes.ts";

const names = (allowed: string) => new Set(allowed.split(" "));

for (const { what, allowed, rows } of reads) {
  for (const actor of Object.values(actors)) {
    const may = names(allowed).has(actor.name);
    Deno.test(`${actor.name} ${may ? "reads" : "does not read"} ${what}`, async () => {
      const seen = await rows(actor, await makeWorld());
      assert.equal(seen.length > 0, may, JSON.stringify(seen));
    });
  }
}

for (const { what, allowed, run, happened } of writes) {
  for (const actor of Object.values(actors)) {
    const may = names(allowed).has(actor.name);
    Deno.test(`${actor.name} ${may ? "can" : "cannot"} ${what}`, async () => {
      const world = await makeWorld();
      const before = await readState(world);
      const answer = await run(actor, world);
      const after = await readState(world);
      assert.equal(happened(after, world, actor), may, JSON.stringify(answer));
      if (!may) {
        // What an actor makes of their own elsewhere, as an append to an unknown name does, is not
        // the owner's.
        assert.deepEqual({ ...after, made: [] }, { ...before, made: [] });
      }
    });
  }
}
