/** Failures that end a command with a sentence and without a stack trace. */
export class CliError extends Error {
  /** 2 if the command was called wrongly, else 1. */
  readonly status: number;

  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

/** The command was called wrongly. */
export function misuse(message: string): CliError {
  return new CliError(message, 2);
}
