/** Time limits and pauses that a signal ends. */
import { ContinuumError } from "./error.ts";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;

/** How long to wait before try `n` (1, 2, …): doubling, up to a quarter less at random, never less than asked. */
export function pauseBefore(n: number, askedMs: number | null = null): number {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** (n - 1), LONGEST_PAUSE_MS);
  return Math.max(pause * (1 - Math.random() / 4), askedMs ?? 0);
}

/** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, ms);
    signal?.addEventListener("abort", end, { once: true });
  });
}

/** A limit on one try: its signal is aborted by the caller's, and by time while the limit runs. */
export interface Limit {
  signal: AbortSignal;
  /** Starts the time again, from now. */
  restart(): void;
  /** Ends the limit of time; the caller's signal still counts. */
  stop(): void;
  /** Forgets the caller's signal too. */
  release(): void;
}

/** A {@link Limit} of `ms` milliseconds of silence. */
export function limited(ms: number, outer?: AbortSignal): Limit {
  const controller = new AbortController();
  const expire = () =>
    controller.abort(
      new ContinuumError({
        code: "timeout",
        detail: `No answer within ${ms / 1000} seconds.`,
        retryable: true,
        outcomeUnknown: true,
      }),
    );
  const abort = () => controller.abort(outer?.reason);
  if (outer?.aborted) abort();
  outer?.addEventListener("abort", abort, { once: true });
  let timer = setTimeout(expire, ms);
  const stop = () => clearTimeout(timer);
  return {
    signal: controller.signal,
    restart() {
      stop();
      timer = setTimeout(expire, ms);
    },
    stop,
    release() {
      stop();
      outer?.removeEventListener("abort", abort);
    },
  };
}
