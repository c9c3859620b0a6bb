/** What the commands print: lines for people, and one that is rewritten while they wait. */
import process from "node:process";

export class Screen {
  readonly #isTerminal = process.stderr.isTTY === true;
  readonly #quiet: boolean;
  #shown = "";
  #last = 0;

  constructor({ quiet }: { quiet: boolean }) {
    this.#quiet = quiet;
  }

  /** A line of the command's result, on standard output. */
  print(line: string): void {
    this.#clear();
    process.stdout.write(`${line}\n`);
    this.#show();
  }

  /** A line about what went wrong, on standard error. */
  warn(line: string): void {
    this.#clear();
    process.stderr.write(`${line}\n`);
    this.#show();
  }

  /** How far the command is. On a terminal a line that is rewritten, else a line every ten seconds. */
  progress(line: string): void {
    if (this.#quiet) return;
    const now = Date.now();
    if (now - this.#last < (this.#isTerminal ? 100 : 10_000)) return;
    this.#last = now;
    if (!this.#isTerminal) {
      process.stderr.write(`${line}\n`);
      return;
    }
    this.#clear();
    this.#shown = line.slice(0, (process.stderr.columns ?? 80) - 1);
    this.#show();
  }

  end(): void {
    this.#clear();
    this.#shown = "";
  }

  #clear(): void {
    if (this.#shown !== "") process.stderr.write("\r\x1b[K");
  }

  #show(): void {
    if (this.#shown !== "") process.stderr.write(this.#shown);
  }
}
