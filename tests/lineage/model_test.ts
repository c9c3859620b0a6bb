/**
 * Random histories over HTTP, compared with model.ts after each request. A failure names its seed and the
 * fewest steps found that still fail.
 *
 *   LINEAGE_RUNS=1000   more histories than the 20 of an ordinary run
 *   LINEAGE_SEED=7      begins at another seed; with LINEAGE_RUNS=1, one history again
 */
import assert from "node:assert/strict";
import { cast } from "../support/actors.ts";
import { type Cast, Run } from "./conversation_under_test.ts";
import { Conversation } from "./model.ts";
import { randomStep, seeded, type Step } from "./random.ts";

const RUNS = Number(Deno.env.get("LINEAGE_RUNS") ?? 20);
const FIRST_SEED = Number(Deno.env.get("LINEAGE_SEED") ?? 1);
const STEPS = 25;

/** How many shorter histories are tried to explain a failure. */
const SHRINKS = 60;

/** Makes and runs the history of a seed; gives back its steps and how it failed, if it did. */
async function play(actors: Cast, seed: number) {
  const random = seeded(seed);
  const steps: Step[] = [];
  const run = await Run.begin(actors, new Conversation("owner"));
  try {
    while (steps.length < STEPS) {
      steps.push(randomStep(random, run.model, steps));
      await run.step(steps.at(-1)!, random);
    }
    return { steps, failure: null };
  } catch (failure) {
    return { steps, failure };
  }
}

/** How a history fails; null if it does not. */
async function replay(actors: Cast, seed: number, steps: Step[]) {
  const random = seeded(seed);
  const run = await Run.begin(actors, new Conversation("owner"));
  try {
    for (const step of steps) await run.step(step, random);
    return null;
  } catch (failure) {
    return failure;
  }
}

/** Leaves out what is not needed for the failure, one step at a time from the end. */
async function shrink(actors: Cast, seed: number, steps: Step[]) {
  let shortest = steps;
  for (let i = steps.length - 2, tries = 0; i >= 0 && tries < SHRINKS; i--) {
    const shorter = shortest.toSpliced(i, 1);
    tries++;
    if (await replay(actors, seed, shorter)) shortest = shorter;
  }
  return shortest;
}

Deno.test("random histories of two writers who take turns read as the model says", async () => {
  const actors = await cast();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    const { steps, failure } = await play(actors, seed);
    if (failure === null) continue;
    const shortest = await shrink(actors, seed, steps);
    const reason = await replay(actors, seed, shortest) ?? failure;
    assert.fail(
      `LINEAGE_SEED=${seed} fails with these steps:\n` +
        shortest.map((step) => JSON.stringify(step)).join("\n") +
        `\n${reason instanceof Error ? reason.message : reason}`,
    );
  }
});
