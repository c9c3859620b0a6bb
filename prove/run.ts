/** One run of a checker against a stack of its own. */
import { StackError } from "../local/config.ts";
import {
  startTemporaryStack,
  temporaryDataFolder,
} from "../local/temporary.ts";
import type { Checker } from "./checker.ts";
import { type Anomaly, Report } from "./report.ts";

export interface RunOptions {
  seconds: number;
  seed: number;
  /** A safeguard to take out first, by its name among the checker's plants. */
  plant?: string;
  /** Where the history goes. */
  historyPath?: string;
  signal?: AbortSignal;
  /** Called at the first anomaly of each kind, while the run goes on. */
  onAnomaly?: (anomaly: Anomaly) => void;
  /** Called with what the functions and the run say while it goes on. */
  onLine?: (line: string) => void;
}

/**
 * Starts a stack, takes out what is to be planted, runs the checker and stops the stack.
 *
 * @throws {StackError} if there is no such plant.
 */
export async function prove(
  checker: Checker,
  {
    seconds,
    seed,
    plant,
    historyPath,
    signal = new AbortController().signal,
    onAnomaly,
    onLine = () => {},
  }: RunOptions,
): Promise<Report> {
  const fault = plant === undefined ? undefined : checker.plants?.[plant];
  if (plant !== undefined && fault === undefined) {
    const names = Object.keys(checker.plants ?? {}).join(", ") || "none";
    throw new StackError(
      `There is no plant "${plant}" in ${checker.name}; there are: ${names}.`,
    );
  }
  const report = new Report(historyPath, onAnomaly);
  try {
    await using folder = await temporaryDataFolder();
    await using stack = await startTemporaryStack({
      dataDir: folder.path,
      onFunctionLine: (name, line) => onLine(`[${name}] ${line}`),
      ...checker.stackOptions,
      ...await fault?.stackOptions?.(),
    });
    await fault?.apply?.(stack);
    report.event({
      event: "start",
      checker: checker.name,
      seconds,
      seed,
      plant,
    });
    await checker.run({
      stack,
      dataDir: folder.path,
      seconds,
      seed,
      report,
      signal,
    });
  } finally {
    report.close();
  }
  return report;
}

/** Loads prove/<name>/checker.ts, which nothing else needs to know. */
export async function load(name: string): Promise<Checker> {
  const known = await names();
  if (!known.includes(name)) {
    throw new StackError(
      `There is no checker "${name}"; there are: ${known.join(", ")}.`,
    );
  }
  const module = await import(
    new URL(`${name}/checker.ts`, import.meta.url).href
  );
  return module.checker;
}

/** The names of the checkers that there are: folders of prove/ with a checker.ts. */
export async function names(): Promise<string[]> {
  const found: string[] = [];
  for await (
    const { name, isDirectory } of Deno.readDir(new URL(".", import.meta.url))
  ) {
    if (!isDirectory) continue;
    const file = new URL(`${name}/checker.ts`, import.meta.url);
    if (await Deno.stat(file).then(() => true, () => false)) found.push(name);
  }
  return found.sort();
}
