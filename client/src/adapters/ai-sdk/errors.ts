/** Errors of storing an answer, on the screen. */
import type { UIMessageChunk } from "ai";
import { ContinuumError } from "../../error.ts";

/**
 * The stream of an answer, which ends with an error for the screen if the answer could not be stored. Without this,
 * the stream breaks off, and the screen knows no more than that.
 */
export function withStoreErrors(
  stream: ReadableStream<UIMessageChunk>,
): ReadableStream<UIMessageChunk> {
  const reader = stream.getReader();
  return new ReadableStream<UIMessageChunk>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        if (!(error instanceof ContinuumError)) throw error;
        controller.enqueue({ type: "error", errorText: error.detail });
        controller.close();
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
