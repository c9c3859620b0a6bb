/** What the tests know of an export that was made for them, and the times in it. */

export interface MadeExport {
  format: string;
  /** Writes it to disk and returns the path. */
  write(): Promise<string>;
  /** The continuation ids that it becomes. */
  names: string[];
  /** Of the first: the texts of the branch that is shown. */
  shown: string[];
  /** Of the first: every message with all before it. */
  paths: string[];
  /** Of the first: the time of the first message that has one. */
  firstTime: string;
}

/** Seconds since 1970 of the nth second of a made conversation. */
export const at = (second: number) => 1_760_000_000 + second;
export const iso = (second: number) =>
  new Date(at(second) * 1000).toISOString().replace("Z", "+00:00");
/** As the API writes times. */
export const wire = (second: number) => iso(second).replace(/\.000\+/, "+");
