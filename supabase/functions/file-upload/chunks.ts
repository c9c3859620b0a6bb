/** Bytes as they come, chunk by chunk. */

/** Where a file comes from. Read with `next`: what ends a loop over it early would end the source. */
export type Chunks = AsyncIterator<Uint8Array>;

/** The chunks of a body. When they are given up, the body stays open, so that its rest can be drained. */
export async function* chunksOf(
  body: ReadableStream<Uint8Array> | null,
): AsyncGenerator<Uint8Array> {
  if (body !== null) yield* body.values({ preventCancel: true });
}

/** `first`, unless it is empty, and then the rest. */
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

/** Chunks as one. */
export function concat(chunks: Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  chunks.reduce(
    (offset, chunk) => (whole.set(chunk, offset), offset + chunk.byteLength),
    0,
  );
  return whole;
}
