/** What `deno task prove <name>` runs: prove/<name>/checker.ts exports one of these as `checker`. */
import type { StackOptions } from "../local/config.ts";
import type { Stack } from "../local/stack.ts";
import type { Report } from "./report.ts";

export interface Checker {
  /** The name of its folder. */
  name: string;
  /** What it checks, as one sentence. */
  summary: string;
  /** What its stack needs besides the defaults of a temporary one. */
  stackOptions?: Partial<StackOptions>;
  /** Faults that can be built in on purpose, to see that the checker finds them. */
  plants?: Record<string, Plant>;
  /**
   * Works on the stack for about `seconds` and reports what it did and every anomaly that it found. It resolves
   * once it has checked, which may take longer, and rejects only if the checker itself cannot do its work.
   */
  run(task: Task): Promise<void>;
}

/** A safeguard to take out before the run. */
export interface Plant {
  /** What is taken out, as one sentence. */
  summary: string;
  /** Takes it out of a stack that has just started. */
  apply?(stack: Stack): Promise<void>;
  /** Options of a stack that is started without it, such as a folder of changed functions. */
  stackOptions?(): Promise<Partial<StackOptions>>;
}

export interface Task {
  /** A stack of the checker's own, with an empty database. */
  stack: Stack;
  /** Where that stack keeps its data; it is removed after the run. */
  dataDir: string;
  seconds: number;
  /** Decides everything that is random: the same seed makes the same plan. */
  seed: number;
  report: Report;
  /** Aborted if the run is to end early: stop making requests, and check what there is. */
  signal: AbortSignal;
}
