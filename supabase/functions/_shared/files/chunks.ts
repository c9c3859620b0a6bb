/** Helpers for a body that is read chunk by chunk. */
import type { Bytes } from "../http/bytes.ts";
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

/** The smallest chunk that is passed on, except for the last one. */
const GATHERED_BYTES = 64 * 1024;

/**
 * Regroups the bytes into chunks of at least 64 KiB, except for the last one. Some clients send chunks of 1 KiB,
 * and hashing and forwarding a small chunk takes as much time as a large one.
 */
export async function* gathered(source: Chunks): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  while (true) {
    const { value, done } = await source.next();
    if (!done) {
      waiting.push(value);
      size += value.byteLength;
    }
    if (size > 0 && (done || size >= GATHERED_BYTES)) {
      yield waiting.length === 1 && waiting[0]
        ? waiting[0]
        : concat(waiting, size);
      waiting = [];
      size = 0;
    }
    if (done) return;
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
): Bytes {
  const whole = new Uint8Array(size);
  chunks.reduce(
    (offset, chunk) => (whole.set(chunk, offset), offset + chunk.byteLength),
    0,
  );
  return whole;
}
