/** Splits a stream into lines. */
import { networkFailure } from "./failure.ts";

/**
 * The lines of a stream, without LF, CRLF or CR. Leaving the loop cancels the stream.
 *
 * @throws {ContinuumError} `network_error` if the connection breaks.
 */
export async function* linesOf(
  stream: ReadableStream<Uint8Array>,
  onBytes: () => void = () => {},
): AsyncGenerator<string, void, undefined> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let isOver = false;
  try {
    while (!isOver) {
      const { done, value } = await reader.read().catch((cause) => {
        // All platforms throw a TypeError if a connection breaks. Anything else is the reason of an aborted signal.
        throw cause instanceof TypeError ? networkFailure(cause) : cause;
      });
      onBytes();
      rest += decoder.decode(value, { stream: !done });
      isOver = done;
      // A CR at the end may be the first half of a CRLF.
      const lines = rest.split(isOver ? /\r\n|\n|\r/ : /\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      yield* lines;
    }
    if (rest !== "") yield rest;
  } finally {
    if (!isOver) await reader.cancel().catch(() => {});
  }
}
