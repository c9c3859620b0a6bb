/** A stream of bytes as lines of text. */
import { networkFailure } from "./failure.ts";

/** Each line without its end; LF, CRLF and CR end one. The stream is cancelled when the loop is left. A cut is a ContinuumError. */
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
        // Every platform throws this kind for a cut; an aborted signal's reason passes.
        throw cause instanceof TypeError ? networkFailure(cause) : cause;
      });
      onBytes();
      rest += decoder.decode(value, { stream: !done });
      isOver = done;
      // A CR at the very end may be half of a CRLF.
      const lines = rest.split(isOver ? /\r\n|\n|\r/ : /\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      yield* lines;
    }
    if (rest !== "") yield rest;
  } finally {
    if (!isOver) await reader.cancel().catch(() => {});
  }
}
