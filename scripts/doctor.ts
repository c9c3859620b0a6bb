/**
 * `deno task doctor`: looks for what keeps Continuum from running here and in a project, and says what to do.
 * What it stores for its round trip it removes again.
 */
import { type Finding, runChecks } from "./doctor/check.ts";
import { checksFor } from "./doctor/checks.ts";
import { readExpected } from "./doctor/expected.ts";
import { conclusion, heading, reportOf, row } from "./doctor/report.ts";
import { readOptions, USAGE, UsageError } from "./doctor/target.ts";

function printer(): (finding: Finding) => void {
  const isColoured = Deno.stdout.isTerminal() && !Deno.noColor;
  let group = "";
  return (finding) => {
    if (finding.group !== group) console.log(heading(finding.group));
    group = finding.group;
    console.log(row(finding, isColoured));
  };
}

async function main(args: string[]): Promise<number> {
  const options = await readOptions(args);
  if (options === null) {
    console.log(USAGE);
    return 0;
  }
  const started = performance.now();
  const findings = await runChecks(
    checksFor(options, await readExpected()),
    options.json ? undefined : printer(),
  );
  const url = options.target?.url ?? null;
  const report = reportOf(url, findings, performance.now() - started);
  console.log(
    options.json ? JSON.stringify(report, null, 2) : conclusion(report),
  );
  return report.ok ? 0 : 1;
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  Deno.exit(2);
}
