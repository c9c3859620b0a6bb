/** Request bodies of unknown length, taken in as fast as they come. */

const CHUNK_BYTES = 64 * 1024;

/**
 * The same bytes by way of a temporary file.
 *
 * Deno's server takes in more of a chunked body at each read, and copies all of it that still waits:
 * one that is read a little slower than it comes costs the square of its size. So it is read at once.
 */
export function spooled(
  body: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  const path = Deno.makeTempFileSync({ prefix: "continuum-" });
  const sink = Deno.openSync(path, { write: true });
  const source = Deno.openSync(path, { read: true });
  Deno.removeSync(path);
  const reader = body.getReader();
  let waiting = 0;
  let end: (controller: ReadableStreamDefaultController) => void;
  let isOver = false;
  let changed = Promise.withResolvers<void>();

  async function takeIn(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        for (let written = 0; written < value.byteLength;) {
          written += sink.writeSync(value.subarray(written));
        }
        waiting += value.byteLength;
        changed.resolve();
      }
      end = (controller) => controller.close();
    } catch (error) {
      end = (controller) => controller.error(error);
    }
    sink.close();
    isOver = true;
    changed.resolve();
  }

  return new ReadableStream<Uint8Array>({
    start: () => void takeIn(),
    async pull(controller) {
      while (waiting === 0 && !isOver) {
        await changed.promise;
        changed = Promise.withResolvers();
      }
      if (waiting === 0) {
        source.close();
        return end(controller);
      }
      const buffer = new Uint8Array(Math.min(waiting, CHUNK_BYTES));
      const read = source.readSync(buffer) ?? 0;
      waiting -= read;
      controller.enqueue(buffer.subarray(0, read));
    },
    async cancel(reason) {
      await reader.cancel(reason);
      source.close();
    },
  }, { highWaterMark: 0 });
}
