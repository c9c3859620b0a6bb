/** What a component waits for: loading something, or doing something. */
import { complain } from "./notices.ts";
import {
  type Inputs,
  useCallback,
  useEffect,
  useRef,
  useState,
} from "./preact.ts";
import { isAbort } from "./problems.ts";

export type Loaded<T> =
  | { state: "loading"; value: T | undefined }
  | { state: "ready"; value: T }
  | { state: "failed"; error: unknown; value: T | undefined };

/**
 * Loads a value, again whenever `inputs` change. What is loaded is shown until the next is there. The signal is
 * aborted once nobody waits any more.
 */
export function useLoaded<T>(
  load: (signal: AbortSignal) => Promise<T>,
  inputs: Inputs,
): Loaded<T> & { reload(): void } {
  const [loaded, setLoaded] = useState<Loaded<T>>({
    state: "loading",
    value: undefined,
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    setLoaded(({ value }) => ({ state: "loading", value }));
    load(controller.signal).then(
      (value) => {
        if (!controller.signal.aborted) setLoaded({ state: "ready", value });
      },
      (error) => {
        if (controller.signal.aborted || isAbort(error)) return;
        setLoaded(({ value }) => ({ state: "failed", error, value }));
      },
    );
    return () => controller.abort();
  }, [...inputs, round]);
  const reload = useCallback(() => setRound((round) => round + 1), []);
  return { ...loaded, reload };
}

/** An action that is under way at most once. What goes wrong is shown as a notice. */
export function useAction(
  action: () => Promise<unknown>,
): [isBusy: boolean, run: () => void] {
  const [isBusy, setBusy] = useState(false);
  const busy = useRef(false);
  const run = async () => {
    if (busy.current) return;
    busy.current = true;
    setBusy(true);
    try {
      await action();
    } catch (error) {
      complain(error);
    } finally {
      busy.current = false;
      setBusy(false);
    }
  };
  return [isBusy, () => void run()];
}
