/**
 * Reads the beginning of a file before anything is stored: enough to check its content, and all of a small file. A
 * small file then goes to Storage in one piece, its size and digest are known to the first statement that asks for
 * them, and one that breaks off has left nothing behind.
 */
import { createHash } from "node:crypto";
import type { Bytes } from "../http/bytes.ts";
import { chain, type Chunks, concat, gathered, guard } from "./chunks.ts";
import { SAMPLE_BYTES } from "./content.ts";

/** The largest file that is read whole. */
export const WHOLE_BYTES = 1024 * 1024;

/**
 * How much of small files all uploads of this process may hold at once. What comes beyond it is streamed: a function
 * has 256 MB for all of its requests, and some clients send slowly.
 */
const HELD_BYTES = 16 * 1024 * 1024;

/** What is known once the whole file has passed. */
export interface Totals {
  size: number;
  /** Lower-case hex. */
  sha256: string;
}

/** A file that was read to its end. */
export interface WholeFile extends Totals {
  bytes: Bytes;
}

export interface Head {
  /** The first {@link SAMPLE_BYTES}, or all of a smaller file. */
  sample: Uint8Array;
  /** The file if it was read to its end; otherwise its chunks. The first one is all that was read. */
  file: WholeFile | Chunks;
  /** How many bytes were read. */
  size: number;
  /** Call it once the bytes are sent or refused. */
  release(): void;
}

let held = 0;

/**
 * Reads the beginning of a file.
 *
 * @param announced the file's size if it is known: the beginning of a larger one is not waited for.
 * @throws {Problem} `malformed_request` if the body ends early.
 */
export async function readHead(
  unguarded: Chunks,
  announced: number | null,
): Promise<Head> {
  const source = gathered(guard(unguarded));
  const wanted = (announced ?? 0) <= WHOLE_BYTES ? WHOLE_BYTES : 0;
  const taken: Uint8Array[] = [];
  let size = 0;
  let isWhole = false;
  const release = () => {
    held -= size;
    size = 0;
  };
  try {
    while (size < SAMPLE_BYTES || (size <= wanted && held <= HELD_BYTES)) {
      const { value, done } = await source.next();
      if (done) {
        isWhole = true;
        break;
      }
      taken.push(value);
      size += value.byteLength;
      held += value.byteLength;
    }
  } catch (error) {
    release();
    throw error;
  }
  const bytes = concat(taken, size);
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  if (isWhole) {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const file = { bytes, size, sha256 };
    return { sample, file, size, release };
  }
  // Passed on soon, and not held as long as the upload takes.
  release();
  const file = chain(bytes, source);
  return { sample, file, size: bytes.byteLength, release() {} };
}

/** Whether a file was read to its end. */
export function isWhole(file: WholeFile | Chunks): file is WholeFile {
  return "bytes" in file;
}
