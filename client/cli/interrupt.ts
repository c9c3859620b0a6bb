/** Ctrl-C and SIGTERM end a command between two writes. */
import process from "node:process";

export interface Interrupt {
  signal: AbortSignal;
  /** Gives Ctrl-C back to the system. */
  release(): void;
}

export function interrupted(): Interrupt {
  const controller = new AbortController();
  const stop = () => controller.abort(new Error("Interrupted."));
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    signal: controller.signal,
    release() {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}
