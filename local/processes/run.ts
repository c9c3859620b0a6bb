/** Programs that are run to their end. */
import { StackError } from "../config.ts";

export interface Printed {
  stdout: string;
  stderr: string;
}

/**
 * Runs a program and gives back what it has printed.
 *
 * @param failure begins the message if it cannot be run or fails; what it has printed, or why not, follows.
 * @throws {StackError}
 */
export async function run(
  program: string,
  options: Deno.CommandOptions,
  failure: string,
): Promise<Printed> {
  let printed: string;
  try {
    const output = await new Deno.Command(program, {
      stdin: "null",
      ...options,
    }).output();
    const stdout = new TextDecoder().decode(output.stdout);
    const stderr = new TextDecoder().decode(output.stderr);
    if (output.success) return { stdout, stderr };
    printed = stdout + stderr;
  } catch (error) {
    printed = error instanceof Error ? error.message : String(error);
  }
  throw new StackError(`${failure} ${printed.trim()}`);
}
