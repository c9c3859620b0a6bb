/**
 * What each client does next: decided by the seed alone. What a step refers to, such as "some live position", is a
 * number here, which the client turns into one of those that it knows when it gets there.
 */
import type { Random } from "../../tests/lineage/random.ts";

/** How often each kind of step is taken, by who takes it. */
const WEIGHTS = {
  owner: {
    append: 30,
    "append expecting a seq": 4,
    "append with what is there": 5,
    "create by key": 1,
    "send again": 8,
    "send otherwise": 2,
    revise: 7,
    correct: 3,
    rewind: 5,
    "rewind to nothing": 1,
    switch: 4,
    erase: 2,
    fork: 1,
    delete: 1,
    "read line": 12,
    "read log": 4,
    "read message": 4,
    "read context": 3,
    export: 2,
  },
  viewer: {
    fork: 1,
    "read line": 12,
    "read log": 6,
    "read message": 4,
    "read context": 4,
    export: 3,
  },
} as const;

export type StepKind = keyof typeof WEIGHTS["owner"];

/** How a retry is recognised: by an Idempotency-Key, by client_ids, by both, or not at all. */
export type Naming = "key" | "ids" | "both" | "bare";

export interface Step {
  kind: StepKind;
  /** Which of the conversations. */
  place: number;
  /** New messages. */
  size: number;
  naming: Naming;
  /** How often it is tried. */
  tries: number;
  /** Choose among what the client knows. */
  pick: number;
  second: number;
  /** Milliseconds before the next step. */
  restMs: number;
}

const NAMINGS: Naming[] = ["key", "key", "ids", "ids", "both", "bare"];

/** Steps without end. */
export function* plannedSteps(
  random: Random,
  role: "owner" | "viewer",
  places: number,
): Generator<Step> {
  const kinds = Object.entries(WEIGHTS[role]) as [StepKind, number][];
  const total = kinds.reduce((sum, [, weight]) => sum + weight, 0);
  while (true) {
    let choice = random(total);
    const [kind] = kinds.find(([, weight]) => (choice -= weight) < 0)!;
    yield {
      kind,
      place: random(places),
      size: 1 + random(random(4) === 0 ? 8 : 2),
      naming: NAMINGS[random(NAMINGS.length)]!,
      tries: random(5) === 0 ? 1 : 8,
      pick: random(1_000_000),
      second: random(1_000_000),
      restMs: random(3) === 0 ? random(60) : 0,
    };
  }
}
