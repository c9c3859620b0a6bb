/** What a check is, and how checks are run one after another. */

export type Outcome = "ok" | "warning" | "failed" | "skipped";

export interface Result {
  outcome: Outcome;
  /** What was found, in a sentence or less. */
  found: string;
  /** What to do about it. Only if there is something to do. */
  advice?: string;
}

export interface Check {
  id: string;
  /** The heading that it is listed under. */
  group: string;
  /** What is looked at. */
  title: string;
  /** Ids of earlier checks. Unless all of them were good enough to go on from, this one is skipped. */
  needs?: string[];
  run(): Result | Promise<Result>;
}

export interface Finding extends Result {
  id: string;
  group: string;
  check: string;
  /** How long the check took, in milliseconds. */
  ms: number;
}

export const ok = (found: string): Result => ({ outcome: "ok", found });

export const warning = (found: string, advice: string): Result => ({
  outcome: "warning",
  found,
  advice,
});

export const failed = (found: string, advice: string): Result => ({
  outcome: "failed",
  found,
  advice,
});

/** Not looked at. `advice` says how it could be. */
export const skipped = (found: string, advice?: string): Result => ({
  outcome: "skipped",
  found,
  ...(advice !== undefined && { advice }),
});

/** A failure of a check that is thrown instead of returned. */
export class Failure extends Error {
  constructor(found: string, readonly advice: string) {
    super(found);
  }
}

/**
 * Runs checks in their order. One whose needs are not met is skipped, and names the check that failed, so that one
 * cause is reported once.
 *
 * @param onFinding called after each check.
 */
export async function runChecks(
  checks: Check[],
  onFinding: (finding: Finding) => void = () => {},
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const byId = new Map<string, Finding>();
  for (const check of checks) {
    const started = performance.now();
    const blocked = (check.needs ?? [])
      .map((id) => byId.get(id))
      .find((need) =>
        need?.outcome === "failed" || need?.outcome === "skipped"
      );
    const result = blocked === undefined
      ? await resultOf(check)
      : skipped(`needs: ${rootOf(blocked)}`);
    const finding = {
      id: check.id,
      group: check.group,
      check: check.title,
      ms: Math.round(performance.now() - started),
      ...result,
    };
    byId.set(check.id, finding);
    findings.push(finding);
    onFinding(finding);
  }
  return findings;
}

async function resultOf(check: Check): Promise<Result> {
  try {
    return await check.run();
  } catch (error) {
    if (error instanceof Failure) return failed(error.message, error.advice);
    return failed(
      error instanceof Error ? error.message : String(error),
      "This is not a failure that the doctor knows. Look at the logs of the project's functions.",
    );
  }
}

/** The title of the check that a chain of skipped ones goes back to. */
function rootOf(finding: Finding): string {
  return /^needs: (.*)$/.exec(finding.found)?.[1] ?? finding.check;
}
