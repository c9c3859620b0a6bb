/** Runs jobs side by side, a few at a time, so that a source is read no faster than it is stored. */
export class Pool {
  readonly #size: number;
  readonly #running = new Set<Promise<void>>();
  #failure: { error: unknown } | undefined;

  constructor(size: number) {
    this.#size = size;
  }

  /** Starts a job as soon as there is room. Throws what an earlier one has thrown. */
  async add(job: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#size) await Promise.race(this.#running);
    this.#throw();
    const running: Promise<void> = job()
      .catch((error) => void (this.#failure ??= { error }))
      .finally(() => void this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits for all jobs. Throws what the first that failed has thrown. */
  async end(): Promise<void> {
    await Promise.all(this.#running);
    this.#throw();
  }

  #throw(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
