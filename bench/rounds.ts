/** Measuring: variants take turns, so that whatever else the machine does hits all of them. */

/** Ways to do the same thing. `round` numbers the turn, for names that must be new. */
export type Variants = Record<string, (round: number) => Promise<unknown>>;

/** Median milliseconds of each variant. */
export type Medians = Record<string, number>;

/** Turns before the first that counts: connections, plans and compiled code. */
const WARM_UP = 20;

export async function measure(
  variants: Variants,
  rounds: number,
): Promise<Medians> {
  const taken: Record<string, number[]> = {};
  for (let round = 0; round < WARM_UP + rounds; round++) {
    for (const [name, run] of Object.entries(variants)) {
      const startedAt = performance.now();
      await run(round);
      if (round >= WARM_UP) {
        (taken[name] ??= []).push(performance.now() - startedAt);
      }
    }
  }
  return Object.fromEntries(
    Object.entries(taken).map(([name, times]) => [name, median(times)]),
  );
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
