/** Counts, hashes and limits a large file while it is streamed to Storage. */
import { createHash } from "node:crypto";
import { type Problem, problemFromUnknown } from "../problems/problem.ts";
import { STORAGE_TIMEOUT_MS } from "../platform/storage.ts";
import { type Chunks, endedEarly } from "./chunks.ts";
import type { Totals } from "./head.ts";

/**
 * Streams a file and holds one chunk of it in memory at a time. The stream fails if its length is not `announced`;
 * null means that the length is not known. `admit` is called with the size so far before each chunk is passed on,
 * and throws to stop the stream. `onStall` is called if Storage takes no chunk for too long; a slow client does not
 * count. An error of `admit` or of the source is kept in {@link failure}, because fetch wraps it in an error of its
 * own.
 */
export class CountedStream {
  readonly body: ReadableStream<Uint8Array>;
  failure: Problem | null = null;
  /** Whether all bytes were passed on. */
  hasEnded = false;
  #size = 0;
  #hash = createHash("sha256");
  #stalled: ReturnType<typeof setTimeout> | undefined;

  constructor(
    source: Chunks,
    announced: number | null,
    admit: (size: number) => Promise<void>,
    onStall: () => void,
  ) {
    const watchStorage = () => {
      this.#stalled = setTimeout(onStall, STORAGE_TIMEOUT_MS);
    };
    watchStorage();
    this.body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        clearTimeout(this.#stalled);
        try {
          const { value, done } = await source.next();
          if (done) {
            if (announced !== null && this.#size !== announced) {
              throw endedEarly();
            }
            this.hasEnded = true;
            controller.close();
          } else {
            this.#size += value.byteLength;
            await admit(this.#size);
            this.#hash.update(value);
            controller.enqueue(value);
          }
          watchStorage();
        } catch (error) {
          this.failure = problemFromUnknown(error);
          controller.error(this.failure);
        }
      },
    }, { highWaterMark: 0 });
  }

  /** Stops watching Storage. Call it when Storage has responded or failed. */
  settle(): void {
    clearTimeout(this.#stalled);
  }

  /** The size and digest of the file. Call it once, after the last chunk. */
  totals(): Totals {
    return { size: this.#size, sha256: this.#hash.digest("hex") };
  }
}
