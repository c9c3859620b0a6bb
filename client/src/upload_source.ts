/** Where the bytes of an upload come from, with a known size and readable from an offset. */
import { ContinuumError } from "./error.ts";
import { fileSource } from "./file_path.ts";

/** Bytes in memory or to be read, a stream of them, or the path of a file (Node and Deno). */
export type UploadInput =
  | Blob
  | ArrayBuffer
  | Uint8Array
  | ReadableStream<Uint8Array>
  | string;

export interface UploadSource {
  size: number;
  /** What the input itself is called. */
  name: string | undefined;
  type: string | undefined;
  /** The bytes from `start` up to `end`. `start` never goes back by more than one piece. */
  slice(start: number, end: number): Blob | Promise<Blob>;
  close(): Promise<void>;
}

/** No bucket takes more, so that no more than this is ever held in memory. */
const MOST_BYTES = 50 * 1024 * 1024;

/** @param size how many bytes a stream has, if that is known. Otherwise it is read into memory first. */
export async function sourceOf(
  input: UploadInput,
  size: number | undefined,
): Promise<UploadSource> {
  if (typeof input === "string") return await fileSource(input);
  if (input instanceof ReadableStream) {
    return size === undefined
      ? blobSource(new Blob(await piecesOf(input)))
      : streamSource(input, size);
  }
  return blobSource(
    input instanceof Blob ? input : new Blob([input as BlobPart]),
  );
}

function blobSource(blob: Blob): UploadSource {
  return {
    size: blob.size,
    name: "name" in blob ? String(blob.name) : undefined,
    type: blob.type || undefined,
    slice: (start, end) => blob.slice(start, end),
    close: () => Promise.resolve(),
  };
}

async function piecesOf(
  stream: ReadableStream<Uint8Array>,
): Promise<BlobPart[]> {
  const pieces: BlobPart[] = [];
  const reader = stream.getReader();
  for (let bytes = 0;;) {
    const { done, value } = await reader.read();
    if (done) return pieces;
    bytes += value.byteLength;
    if (bytes > MOST_BYTES) {
      await reader.cancel();
      throw new ContinuumError({
        code: "file_too_large",
        detail: "The stream has more bytes than a file may have.",
      });
    }
    pieces.push(value as BlobPart);
  }
}

/** Keeps the piece that was asked for last, since it may have to be sent again. */
function streamSource(
  stream: ReadableStream<Uint8Array>,
  size: number,
): UploadSource {
  const reader = stream.getReader();
  let kept = new Blob([]);
  let keptFrom = 0;
  return {
    size,
    name: undefined,
    type: undefined,
    async slice(start, end) {
      const pieces: BlobPart[] = [kept.slice(start - keptFrom)];
      let readTo = keptFrom + kept.size;
      while (readTo < end) {
        const { done, value } = await reader.read();
        if (done) {
          throw new ContinuumError({
            code: "incomplete",
            detail: `The stream ended after ${readTo} of ${size} bytes.`,
          });
        }
        pieces.push(value as BlobPart);
        readTo += value.byteLength;
      }
      kept = new Blob(pieces);
      keptFrom = start;
      return kept.slice(0, end - start);
    },
    close: () => reader.cancel(),
  };
}
