/** What a run did and found: counts, anomalies, and a history that is kept if there are any. */

/** Something that must not happen. */
export interface Anomaly {
  /** Names the guarantee that broke, such as `lost`. */
  kind: string;
  /** What is wrong, as a sentence. */
  detail: string;
  /** The events that show it, as few as possible. */
  excerpt?: unknown[];
}

/** More of a kind tell nothing new, and a broken guarantee tends to break at every turn. */
const KEPT_OF_A_KIND = 20;

export class Report {
  /** How often each thing happened, by name. */
  readonly counts = new Map<string, number>();
  readonly anomalies: Anomaly[] = [];
  /** How many anomalies there were of each kind, those that are not kept included. */
  readonly anomalyCounts = new Map<string, number>();
  /** Figures for the summary, such as `memory at the end: 180 MiB`. */
  readonly figures = new Map<string, string>();
  readonly #file: Deno.FsFile | null;
  readonly #startedAt = performance.now();
  readonly #onAnomaly: (anomaly: Anomaly) => void;
  #pending = "";

  /**
   * @param historyPath where the events go, a line of JSON each; nowhere if omitted.
   * @param onAnomaly called at the first anomaly of each kind, and not again.
   */
  constructor(
    readonly historyPath?: string,
    onAnomaly: (anomaly: Anomaly) => void = () => {},
  ) {
    this.#file = historyPath === undefined ? null : Deno.openSync(historyPath, {
      create: true,
      truncate: true,
      write: true,
    });
    this.#onAnomaly = onAnomaly;
  }

  count(name: string, times = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + times);
  }

  figure(name: string, value: string | number): void {
    this.figures.set(name, String(value));
  }

  /** Milliseconds since the run began. */
  now(): number {
    return Math.round(performance.now() - this.#startedAt);
  }

  /** Adds an event to the history. */
  event(event: Record<string, unknown>): void {
    if (this.#file === null) return;
    this.#pending += JSON.stringify({ at: this.now(), ...event }) + "\n";
    if (this.#pending.length > 65_536) this.#flush();
  }

  anomaly(anomaly: Anomaly): void {
    const count = (this.anomalyCounts.get(anomaly.kind) ?? 0) + 1;
    this.anomalyCounts.set(anomaly.kind, count);
    if (count <= KEPT_OF_A_KIND) this.anomalies.push(anomaly);
    this.event({ event: "anomaly", ...anomaly });
    if (count === 1) this.#onAnomaly(anomaly);
  }

  /** Whether nothing went wrong. */
  get isClean(): boolean {
    return this.anomalies.length === 0;
  }

  close(): void {
    this.#flush();
    this.#file?.close();
  }

  #flush(): void {
    if (this.#file === null) return;
    let rest: Uint8Array = new TextEncoder().encode(this.#pending);
    while (rest.length > 0) rest = rest.subarray(this.#file.writeSync(rest));
    this.#pending = "";
  }
}

/** The anomaly that says most with least: that with the fewest events, of the kind that came first. */
export function smallest(anomalies: Anomaly[]): Anomaly | undefined {
  const size = ({ excerpt }: Anomaly) => JSON.stringify(excerpt ?? []).length;
  return anomalies.filter(({ kind }) => kind === anomalies[0]?.kind)
    .sort((a, b) => size(a) - size(b))[0];
}
