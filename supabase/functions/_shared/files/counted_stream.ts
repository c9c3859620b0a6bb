/** Counts, hashes and limits a large file while it is streamed to Storage. */
import { createHash } from "node:crypto";
import { type Problem, problemFromUnknown } from "../problems/problem.ts";
import { STORAGE_TIMEOUT_MS } from "../platform/storage.ts";
import { type Chunks, concat, endedEarly } from "./chunks.ts";
import type { Totals } from "./head.ts";

/** The smallest chunk that is passed on, except for the last one. */
const GATHERED_BYTES = 64 * 1024;

/**
 * Regroups the bytes into chunks of at least 64 KiB, except for the last one. Some clients send chunks of 1 KiB,
 * and hashing and forwarding a small chunk takes as much time as a large one.
 */
async function* gathered(source: Chunks): AsyncGenerator<Uint8Array> {
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
  #size = 0;
  #hash = createHash("sha256");
  #stalled: ReturnType<typeof setTimeout> | undefined;

  constructor(
    source: Chunks,
    announced: number | null,
    admit: (size: number) => Promise<void>,
    onStall: () => void,
  ) {
    const chunks = gathered(source);
    const watchStorage = () => {
      this.#stalled = setTimeout(onStall, STORAGE_TIMEOUT_MS);
    };
    watchStorage();
    this.body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        clearTimeout(this.#stalled);
        try {
          const { value, done } = await chunks.next();
          if (done) {
            if (announced !== null && this.#size !== announced) {
              throw endedEarly();
            }
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
