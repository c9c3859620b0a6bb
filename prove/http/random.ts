/** Choices from a seed. */
import { type Random, seeded } from "../../tests/lineage/random.ts";

export class Dice {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  /** A whole number from 0, below `below`. */
  below(below: number): number {
    return this.#random(below);
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.#random(n) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.#random(list.length)]!;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.#random(256));
  }
}
