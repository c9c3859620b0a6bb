/** When a command in the foreground is to end. */
import { launcherGone } from "./launcher.ts";

const SIGNALS: Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Resolves with the reason once a signal asks for it, or whoever launched us is gone. */
export async function askedToEnd(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  for (const signal of SIGNALS) {
    Deno.addSignalListener(signal, () => resolve(signal));
  }
  void launcherGone().then(() => resolve("its launcher is gone"));
  return await promise;
}
