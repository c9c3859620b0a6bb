/**
 * `deno task prove <checker> [--seconds N] [--seed S] [--plant NAME] [--history FILE] [--keep]`: runs one checker against
 * a stack of its own, prints what it did, and exits with 1 if it found an anomaly.
 *
 *   --seconds N     how long it works: 60 unless told otherwise; the check comes on top
 *   --seed S        the same seed makes the same plan; a random one if omitted, which is printed
 *   --plant NAME    takes a safeguard out first, to see that the checker finds it
 *   --history FILE  where the history of the run goes; .prove/<checker>-<seed>.ndjson if omitted
 *   --keep          keeps the history of a run without anomalies, too
 */
import { parseArgs } from "node:util";
import { root, StackError } from "../local/config.ts";
import { endingInSentences } from "../local/failures.ts";
import { dirname, join } from "node:path";
import { askedToEnd } from "../local/processes/ending.ts";
import { describe, outcome } from "./describe.ts";
import { aim } from "./aim.ts";
import { load, names, prove } from "./run.ts";

await endingInSentences(async () => {
  const { name, seconds, seed, plant, history, keep } = await options();
  aim();
  const checker = await load(name);
  const historyPath = history ??
    join(root, ".prove", `${name}-${plant ? `${plant}-` : ""}${seed}.ndjson`);
  await Deno.mkdir(dirname(historyPath), { recursive: true });

  const over = new AbortController();
  void askedToEnd().then((reason) => {
    console.log(`Ending early: ${reason}.`);
    over.abort();
  });
  console.log(
    `${checker.summary} ${seconds} s, --seed ${seed}${
      plant ? `, --plant ${plant}` : ""
    }.`,
  );
  const report = await prove(checker, {
    seconds,
    seed,
    plant,
    historyPath,
    signal: over.signal,
    onAnomaly: ({ kind, detail }) =>
      console.log(`Anomaly (${kind}): ${detail}`),
  });
  console.log(describe(report));
  if (report.isClean && !keep) await Deno.remove(historyPath);
  else console.log(`The history is in ${historyPath}.`);
  console.log(outcome(report));
  Deno.exit(report.isClean ? 0 : 1);
});

/** @throws {StackError} that says how it is called. */
async function options() {
  const { values, positionals } = parse();
  const usage = `Usage: deno task prove ${
    (await names()).join("|")
  } [--seconds N] [--seed S] [--plant NAME]`;
  const [name] = positionals;
  if (name === undefined || positionals.length > 1) throw new StackError(usage);
  const number = (option: "seconds" | "seed", fallback: number) => {
    const value = Number(values[option] ?? fallback);
    if (Number.isInteger(value) && value > 0) return value;
    throw new StackError(
      `--${option} must be a whole number above 0. ${usage}`,
    );
  };
  return {
    name,
    seconds: number("seconds", 60),
    seed: number("seed", 1 + Math.floor(Math.random() * 999_999)),
    plant: values.plant,
    history: values.history,
    keep: values.keep ?? false,
  };
}

function parse() {
  try {
    return parseArgs({
      args: Deno.args,
      allowPositionals: true,
      options: {
        seconds: { type: "string" },
        seed: { type: "string" },
        plant: { type: "string" },
        history: { type: "string" },
        keep: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new StackError(
      error instanceof Error ? error.message : String(error),
    );
  }
}
