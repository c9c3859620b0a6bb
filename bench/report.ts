/** What a run has found: rows of a table, printed and written as JSON. */

/** A row: what was measured, and figures by the name of their column, which says the unit. */
export interface Row {
  what: string;
  figures: Record<string, number>;
}

export interface Section {
  title: string;
  rows: Row[];
}

/** A ratio, to two digits. */
export const ratio = (a: number, b: number) => rounded(a / b);

/** Two digits behind the point below ten, one below a hundred, none above. */
export function rounded(value: number): number {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return Number(value.toFixed(digits));
}

/** The section as a table of Markdown. */
export function asTable({ title, rows }: Section): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row.figures)))];
  const lines = [
    ["", ...columns],
    ["---", ...columns.map(() => "--:")],
    ...rows.map(({ what, figures }) => [
      what,
      ...columns.map((column) => String(figures[column] ?? "")),
    ]),
  ];
  const table = lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return `${title}\n\n${table}\n`;
}
