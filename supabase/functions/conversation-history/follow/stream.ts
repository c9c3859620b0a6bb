/** Following as a stream of events. */
import type { Context } from "hono";
import type { Env } from "../../_shared/platform/env.ts";
import { reportedProblem } from "../../_shared/problems/render.ts";
import { dataEventsOf } from "./durable_streams.ts";
import { eventsOf, PREAMBLE } from "./event_stream.ts";
import { takePlace } from "./readers.ts";
import type { Wanted } from "./request.ts";
import { STALL_MS } from "./settings.ts";
import { follow, type Reader, type Step } from "./steps.ts";
import { keepWorker } from "./worker.ts";

/** @throws {Problem} if the first step fails. A later failure ends the stream, and the client comes back. */
export async function answerAsEvents(
  c: Context<Env>,
  reader: Omit<Reader, "signal">,
  { dialect, cursor }: Wanted,
): Promise<Response> {
  const leave = takePlace(reader.userId);
  const left = new AbortController();
  const steps = follow({ ...reader, signal: left.signal });
  const end = () => {
    leave();
    left.abort();
    // It may be waiting for what nobody takes any more, and fail because of that.
    void steps.return(undefined).catch(() => {});
  };
  try {
    const first = await taken(steps);
    const body = streamOf(steps, first, {
      format: dialect === "own"
        ? eventsOf
        : (step) => dataEventsOf(step, cursor),
      reasonOf: (error) =>
        reportedProblem(error, c).code === "position_conflict"
          ? "gone"
          : "time",
      end,
    });
    return c.body(body, 200, {
      "Content-Type": "text/event-stream",
      // A proxy that compresses or buffers the stream would hold events back.
      "Cache-Control": "no-store, no-transform",
      "X-Accel-Buffering": "no",
    });
  } catch (error) {
    end();
    throw error;
  }
}

interface Sending {
  format: (step: Step) => string;
  /** Why a stream ends whose steps have failed. */
  reasonOf: (error: unknown) => "time" | "gone";
  /** Called once, when the stream has ended in whatever way. */
  end: () => void;
}

/**
 * The steps as they are taken: nothing is asked for before the client has taken what came before. A client that
 * takes nothing for {@link STALL_MS} is cut.
 */
function streamOf(
  steps: AsyncIterator<Step>,
  first: Step,
  { format, reasonOf, end }: Sending,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const ended = Promise.withResolvers<void>();
  keepWorker(ended.promise);
  let step: Step | null = null;
  let stall: ReturnType<typeof setTimeout> | undefined;
  let hasEnded = false;
  const finish = () => {
    hasEnded = true;
    clearTimeout(stall);
    end();
    ended.resolve();
  };

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      clearTimeout(stall);
      const isFirst = step === null;
      const after = step?.after ?? 0;
      step = step === null ? first : await taken(steps).catch(
        (error): Step => ({
          kind: "end",
          reason: hasEnded ? "time" : reasonOf(error),
          after,
        }),
      );
      if (hasEnded) return;
      const text = (isFirst ? PREAMBLE : "") + format(step);
      if (text !== "") controller.enqueue(encoder.encode(text));
      if (step.kind === "end") {
        controller.close();
        finish();
        return;
      }
      stall = setTimeout(() => {
        controller.error(new Error("The client takes nothing"));
        finish();
      }, STALL_MS);
    },
    cancel: finish,
  }, { highWaterMark: 0 });
}

async function taken(steps: AsyncIterator<Step>): Promise<Step> {
  const { value } = await steps.next();
  return value;
}
