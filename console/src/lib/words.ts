/** Numbers and times as people read them. */

const TIME = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
});
const DAY = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
});
const DAY_OF_YEAR = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  year: "numeric",
});
const WHOLE = new Intl.DateTimeFormat(undefined, {
  dateStyle: "full",
  timeStyle: "medium",
});
const NUMBER = new Intl.NumberFormat();

/** `10:42` today, `3 Nov` this year, else with the year. */
export function shortTime(iso: string): string {
  const date = new Date(iso);
  const now = new Date();
  if (date.toDateString() === now.toDateString()) return TIME.format(date);
  return (date.getFullYear() === now.getFullYear() ? DAY : DAY_OF_YEAR)
    .format(date);
}

export function wholeTime(iso: string): string {
  return WHOLE.format(new Date(iso));
}

export function count(n: number): string {
  return NUMBER.format(n);
}

/** `1 message`, `1,200 messages`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** `812 B`, `4.2 kB`, `13 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 1e6
    ? [bytes / 1e3, "kB"]
    : bytes < 1e9
    ? [bytes / 1e6, "MB"]
    : [bytes / 1e9, "GB"];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** The first `length` characters of a text, in one line. */
export function excerpt(text: string, length = 140): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
