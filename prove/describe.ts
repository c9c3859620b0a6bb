/** What a run says of itself at its end. */
import { type Report, smallest } from "./report.ts";

/** Events of an excerpt that are printed; the history has all. */
const PRINTED_EVENTS = 12;

/** Counts and figures, and the smallest anomaly with the events that show it. */
export function describe(report: Report): string {
  const lines = ["", "What happened:"];
  for (
    const [name, count] of [...report.counts].sort(([a], [b]) => a < b ? -1 : 1)
  ) {
    lines.push(`  ${String(count).padStart(8)}  ${name}`);
  }
  for (const [name, value] of report.figures) lines.push(`  ${name}: ${value}`);
  if (report.isClean) return lines.join("\n");

  lines.push("", "Anomalies:");
  for (const [kind, count] of report.anomalyCounts) {
    lines.push(`  ${String(count).padStart(8)}  ${kind}`);
  }
  const shown = smallest(report.anomalies);
  if (shown !== undefined) {
    lines.push("", `${shown.kind}: ${shown.detail}`);
    const events = shown.excerpt ?? [];
    for (const event of events.slice(0, PRINTED_EVENTS)) {
      lines.push(`  ${(JSON.stringify(event) ?? "nothing").slice(0, 400)}`);
    }
    if (events.length > PRINTED_EVENTS) {
      lines.push(`  and ${events.length - PRINTED_EVENTS} more in the history`);
    }
  }
  return lines.join("\n");
}

/** One sentence. */
export function outcome(report: Report): string {
  if (report.isClean) return "No anomaly was found.";
  const total = [...report.anomalyCounts.values()].reduce(
    (sum, n) => sum + n,
    0,
  );
  return `${total} ${total === 1 ? "anomaly was" : "anomalies were"} found.`;
}
