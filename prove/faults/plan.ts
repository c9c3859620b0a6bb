/** Which faults happen when: decided by the seed alone. */
import type { Random } from "../../tests/lineage/random.ts";

export const FAULTS = {
  /** A function's process is killed; the stack starts it again. */
  "kill a function": 5,
  /** A function's process stands still, then goes on as if nothing had been. */
  "pause a function": 5,
  /** PostgreSQL is killed and recovers from its log. */
  "kill PostgreSQL": 3,
  /** PostgreSQL is stopped and started: open transactions are rolled back. */
  "restart PostgreSQL": 2,
  /** All processes of PostgreSQL stand still. */
  "pause PostgreSQL": 3,
  /** Every connection to PostgreSQL is cut. */
  "cut the connections to PostgreSQL": 4,
  /** Each commit waits before its log is flushed, as on a disk that is slow to sync. */
  "slow commits": 3,
} as const;

export type FaultKind = keyof typeof FAULTS;

export interface PlannedFault {
  kind: FaultKind;
  /** Milliseconds after the one before has ended. */
  afterMs: number;
  /** How long it lasts, if it is one that lasts. */
  lastsMs: number;
  /** Chooses among the functions. */
  pick: number;
}

/** Faults without end, one after another. */
export function* plannedFaults(random: Random): Generator<PlannedFault> {
  const kinds = Object.entries(FAULTS) as [FaultKind, number][];
  const total = kinds.reduce((sum, [, weight]) => sum + weight, 0);
  while (true) {
    let choice = random(total);
    const [kind] = kinds.find(([, weight]) => (choice -= weight) < 0)!;
    yield {
      kind,
      afterMs: 1500 + random(5000),
      lastsMs: 200 + random(2500),
      pick: random(1000),
    };
  }
}
