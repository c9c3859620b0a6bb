/** Reading takes turns, so that the readers of one process leave connections of the Data API to other requests. */

/** Reads at a time. A small project's Data API has 20 connections or fewer. */
const AT_ONCE = 6;

const waiting: (() => void)[] = [];
let running = 0;

/** Runs `read` as soon as it is its turn: first come, first served. */
export async function takeTurn<T>(read: () => Promise<T>): Promise<T> {
  if (running < AT_ONCE) running++;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await read();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}
