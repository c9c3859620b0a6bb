/**
 * The worker that runs this function, as far as Supabase's edge runtime tells. It ends a worker some time before its
 * wall clock limit and says so; it also ends one whose requests it takes for answered, unless told to wait.
 * https://supabase.com/docs/guides/functions/background-tasks
 */

interface EdgeRuntime {
  waitUntil(promise: Promise<unknown>): void;
}

const ending = new AbortController();

/** Aborts when the worker is about to end. */
export const workerEnds: AbortSignal = ending.signal;

addEventListener("beforeunload", () => ending.abort());

/** Keeps the worker while work goes on after its response has begun. Does nothing where there are no workers. */
export function keepWorker(work: Promise<unknown>): void {
  const { EdgeRuntime } = globalThis as { EdgeRuntime?: EdgeRuntime };
  EdgeRuntime?.waitUntil(work);
}
