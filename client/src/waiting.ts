/** Time limits, and pauses that a signal can end. */
import { ContinuumError } from "./error.ts";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;

/** How long to wait before retry `n` (1, 2, …): exponential, with up to 25 % jitter, and at least `askedMs`. */
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

/** A time limit. Its signal is aborted when the time is over, and when the caller's signal is. */
export interface Limit {
  signal: AbortSignal;
  /** Starts the time again. */
  restart(): void;
  /** Stops the time. The caller's signal still aborts. */
  stop(): void;
  /** Stops the time and listens to the caller's signal no longer. */
  release(): void;
}

/** Starts a {@link Limit} of `ms` milliseconds. */
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
