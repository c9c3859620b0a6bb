/** Helpers for a body that is read chunk by chunk. */
import { Problem } from "../problems/problem.ts";

/** The chunks of a file. Read it with `next`: leaving a `for await` loop early would end it. */
export type Chunks = AsyncIterator<Uint8Array>;

/** The chunks of a body. The body stays open if reading stops early, so that the rest can be drained. */
export async function* chunksOf(
  body: ReadableStream<Uint8Array> | null,
): AsyncGenerator<Uint8Array> {
  if (body !== null) yield* body.values({ preventCancel: true });
}

/** Yields `first`, unless it is empty, and then the rest. */
export async function* chain(
  first: Uint8Array,
  rest: Chunks,
): AsyncGenerator<Uint8Array> {
  if (first.byteLength > 0) yield first;
  while (true) {
    const { value, done } = await rest.next();
    if (done) return;
    yield value;
  }
}

/** Passes the chunks on. If reading them fails, it is because the client's body ended early. */
export async function* guard(source: Chunks): AsyncGenerator<Uint8Array> {
  while (true) {
    const { value, done } = await source.next().catch((cause: unknown) => {
      throw cause instanceof Problem ? cause : endedEarly(cause);
    });
    if (done) return;
    yield value;
  }
}

/** The problem of a body that is shorter than it should be. */
export function endedEarly(cause?: unknown): Problem {
  return new Problem("malformed_request", {
    detail: "The body ended early.",
    cause,
  });
}

/** Joins chunks of `size` bytes in total. */
export function concat(
  chunks: Uint8Array[],
  size: number,
): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  chunks.reduce(
    (offset, chunk) => (whole.set(chunk, offset), offset + chunk.byteLength),
    0,
  );
  return whole;
}
