/** What an import has done, and what it could not do. */
import type { Finding } from "./model.ts";

export interface Counts {
  conversations: { created: number; extended: number; unchanged: number };
  messages: { appended: number; revised: number };
  files: { stored: number; unchanged: number };
  notes: number;
  faults: number;
}

export type Listener = (finding: Finding & { file: string }) => void;

export class Report {
  readonly counts: Counts = {
    conversations: { created: 0, extended: 0, unchanged: 0 },
    messages: { appended: 0, revised: 0 },
    files: { stored: 0, unchanged: 0 },
    notes: 0,
    faults: 0,
  };
  readonly #listener: Listener;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  add(file: string, finding: Finding): void {
    this.counts[finding.kind === "fault" ? "faults" : "notes"]++;
    this.#listener({ ...finding, file });
  }
}
