/** Writers who append while something else goes on. */
import type { Actor } from "../support/actors.ts";
import { type Answer, append } from "../support/http.ts";

/** Runs `work` while four writers append to `address`, from after the first append of each. */
export async function whileFourAppend<T>(
  actor: Actor,
  address: string,
  work: () => Promise<T>,
): Promise<{ result: T; answers: Answer[] }> {
  const answers: Answer[] = [];
  let writing = true;
  const started: Promise<void>[] = [];
  const writers = Array.from({ length: 4 }, (_, writer) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    started.push(promise);
    return (async () => {
      for (let count = 0; writing; count++) {
        answers.push(await append(actor, address, [`${writer}/${count}`]));
        resolve();
      }
    })();
  });
  try {
    await Promise.all(started);
    return { result: await work(), answers };
  } finally {
    writing = false;
    await Promise.all(writers);
  }
}
