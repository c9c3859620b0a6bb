/** What each client does next with files: decided by the seed alone. */
import type { Random } from "../../tests/lineage/random.ts";

const WEIGHTS = {
  upload: 24,
  "upload a form": 6,
  "upload by a signed URL": 8,
  "upload by TUS": 5,
  "announce and give up": 3,
  "complete without bytes": 3,
  "complete with other bytes": 2,
  "complete what is not text": 3,
  "write past the API": 4,
  link: 8,
  unlink: 3,
  rename: 5,
  delete: 7,
  download: 14,
  describe: 4,
  list: 3,
  sweep: 3,
  "sweep hard": 2,
  "delete a conversation": 1,
} as const;

export type StepKind = keyof typeof WEIGHTS;

export interface Step {
  kind: StepKind;
  /** How often it is tried. */
  tries: number;
  /** Whether the bytes are some that others have, too. */
  isCommon: boolean;
  size: number;
  pick: number;
  second: number;
  restMs: number;
}

/** Steps without end. */
export function* plannedSteps(random: Random): Generator<Step> {
  const kinds = Object.entries(WEIGHTS) as [StepKind, number][];
  const total = kinds.reduce((sum, [, weight]) => sum + weight, 0);
  while (true) {
    let choice = random(total);
    const [kind] = kinds.find(([, weight]) => (choice -= weight) < 0)!;
    yield {
      kind,
      tries: random(5) === 0 ? 1 : 6,
      isCommon: random(3) === 0,
      // Mostly small; some larger than what is held in one piece on the way.
      size: random(12) === 0 ? 70_000 + random(400_000) : 20 + random(2000),
      pick: random(1_000_000),
      second: random(1_000_000),
      restMs: random(3) === 0 ? random(80) : 0,
    };
  }
}
