/** Findings as a table to read, with what to do below it. */
import type { Finding, Outcome } from "./check.ts";

const MARKS: Record<Outcome, string> = {
  ok: "ok",
  warning: "warn",
  failed: "FAIL",
  skipped: "skip",
};

const COLOURS: Record<Outcome, string> = {
  ok: "\x1b[32m",
  warning: "\x1b[33m",
  failed: "\x1b[31m",
  skipped: "\x1b[90m",
};

/** What is found is cut to fit; what failed is told in full below. */
const WIDTH = 60;

export interface Report {
  ok: boolean;
  url: string | null;
  ms: number;
  findings: Finding[];
}

export function reportOf(
  url: string | null,
  findings: Finding[],
  ms: number,
): Report {
  const isOk = findings.every(({ outcome }) => outcome !== "failed");
  return { ok: isOk, url, ms: Math.round(ms), findings };
}

/** The heading of a group, when its first finding is printed. */
export function heading(group: string): string {
  return `\n${group}`;
}

/** One row of the table. */
export function row(finding: Finding, isColoured: boolean): string {
  const { outcome, check, ms, found } = finding;
  const mark = MARKS[outcome].padEnd(4);
  const time = outcome === "skipped" ? "" : `${ms} ms`;
  const words = found.length > WIDTH ? `${found.slice(0, WIDTH - 1)}…` : found;
  return [
    `  ${isColoured ? `${COLOURS[outcome]}${mark}\x1b[0m` : mark}`,
    check.padEnd(30),
    time.padStart(8),
    words,
  ].join("  ").trimEnd();
}

/** What to do, and the sum. */
export function conclusion({ findings, ms }: Report): string {
  const concern = findings.filter(({ outcome, advice }) =>
    outcome === "failed" || outcome === "warning" ||
    (outcome === "skipped" && advice !== undefined)
  );
  const blocks = concern.map(({ outcome, check, found, advice }) =>
    [
      `${MARKS[outcome]}  ${check}: ${found}`,
      ...(advice === undefined ? [] : [`      ${advice}`]),
    ].join("\n")
  );
  const count = (outcome: Outcome) =>
    findings.filter((finding) => finding.outcome === outcome).length;
  const sum = [
    `${count("ok")} ok`,
    `${count("warning")} to look at`,
    `${count("failed")} failed`,
    `${count("skipped")} not checked`,
  ].join(", ");
  return [
    "",
    ...blocks,
    ...(blocks.length > 0 ? [""] : []),
    `${sum}, in ${(ms / 1000).toFixed(1)} s.`,
  ]
    .join("\n");
}
