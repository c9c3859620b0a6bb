/** `deno task start`: the stack in the foreground, until Ctrl-C or until its launcher is gone. */
import { optionsFromEnv } from "./config.ts";
import { describe } from "./describe.ts";
import { endingInSentences } from "./failures.ts";
import { watchLaunchers } from "./processes/launcher.ts";
import { startStack } from "./stack.ts";

const ENDING_SIGNALS: Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Resolves with the reason when the stack is asked to end. */
async function askedToEnd(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  for (const signal of ENDING_SIGNALS) {
    Deno.addSignalListener(signal, () => resolve(signal));
  }
  await watchLaunchers(() => resolve("its launcher is gone"));
  return await promise;
}

await endingInSentences(async () => {
  const startedAt = performance.now();
  const ending = askedToEnd();
  const starting = startStack(optionsFromEnv());
  const first = await Promise.race([starting, ending]);
  const stack = await starting;
  if (typeof first !== "string") {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(describe(stack, seconds));
  }
  console.log(`Stopping: ${await ending}.`);
  await stack.stop();
  Deno.exit(0);
});
