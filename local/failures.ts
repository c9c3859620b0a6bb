/** How a command ends that cannot do its work. */
import { StackError } from "./config.ts";

/** Runs `work`; a failure that says what to do is printed as that sentence, with exit code 1. */
export async function endingInSentences(
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}
