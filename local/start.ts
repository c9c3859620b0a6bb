/** `deno task start`: the stack in the foreground, until Ctrl-C or until its launcher is gone. */
import { optionsFromEnv } from "./config.ts";
import { describe } from "./describe.ts";
import { endingInSentences } from "./failures.ts";
import { askedToEnd } from "./processes/ending.ts";
import { startStack } from "./stack.ts";

await endingInSentences(async () => {
  const startedAt = performance.now();
  const ending = askedToEnd();
  const starting = startStack({
    ...optionsFromEnv(),
    onProgress: (step) => console.log(step),
  });
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
