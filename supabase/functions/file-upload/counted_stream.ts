/** A file on its way to Storage: counted, hashed and limited, a chunk at a time. */
import { createHash } from "node:crypto";
import { Problem, problemFromUnknown } from "../_shared/problems/problem.ts";
import { STORAGE_TIMEOUT_MS } from "../_shared/platform/storage.ts";
import { chain, type Chunks, concat } from "./chunks.ts";
import { SAMPLE_BYTES } from "./content.ts";

/** How much is gathered before it is passed on. */
const GATHERED_BYTES = 64 * 1024;

/** The first bytes of a file and the whole of it, the first bytes included. */
export interface Sampled {
  sample: Uint8Array;
  chunks: Chunks;
}

/** Reads until there is enough to judge the content by. */
export async function takeSample(unguarded: Chunks): Promise<Sampled> {
  const source = guard(unguarded);
  const taken: Uint8Array[] = [];
  let size = 0;
  while (size < SAMPLE_BYTES) {
    const { value, done } = await source.next();
    if (done) break;
    taken.push(value);
    size += value.byteLength;
  }
  const sample = concat(taken, size);
  return {
    sample: sample.subarray(0, SAMPLE_BYTES),
    chunks: chain(sample, source),
  };
}

/** The same chunks; what the source throws is the client's doing. */
async function* guard(source: Chunks): AsyncGenerator<Uint8Array> {
  while (true) {
    const { value, done } = await source.next().catch((cause: unknown) => {
      throw cause instanceof Problem ? cause : endedEarly(cause);
    });
    if (done) return;
    yield value;
  }
}

function endedEarly(cause?: unknown): Problem {
  return new Problem("malformed_request", {
    detail: "The body ended early.",
    cause,
  });
}

/** What is known of a file once its last byte has gone by. */
export interface Totals {
  size: number;
  sha256: string;
}

/**
 * The same bytes in chunks of at least 64 KiB, but for the last: each chunk that is hashed and passed on
 * costs the same, however small it is, and clients send some of 1 KiB.
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
 * A stream of `chunks`, gathered, one in memory at a time. It fails if there are not as many bytes as
 * were `announced`, unless that is null. `admit` is told the size so far before a chunk goes
 * out, and refuses by throwing; `onStall` is called when Storage, and not the client, is silent.
 * What `admit` or the source threw is kept as {@link failure}, since fetch wraps what ends its body.
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
    const storagesTurn = () => {
      this.#stalled = setTimeout(onStall, STORAGE_TIMEOUT_MS);
    };
    storagesTurn();
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
          storagesTurn();
        } catch (error) {
          this.failure = problemFromUnknown(error);
          controller.error(this.failure);
        }
      },
    }, { highWaterMark: 0 });
  }

  /** Ends the watch over Storage; call it once there is an answer or a failure. */
  settle(): void {
    clearTimeout(this.#stalled);
  }

  /** What went by; call it once, after the last chunk. */
  totals(): Totals {
    return { size: this.#size, sha256: this.#hash.digest("hex") };
  }
}
