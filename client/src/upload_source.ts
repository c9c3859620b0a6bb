/** Reads the bytes to upload, from any kind of input. */
import { ContinuumError } from "./error.ts";
import { fileSource } from "./file_path.ts";

/** A Blob or File, bytes, a stream or, in Node and Deno, the path of a file. */
export type UploadInput =
  | Blob
  | ArrayBuffer
  | Uint8Array
  | ReadableStream<Uint8Array>
  | string;

export interface UploadSource {
  size: number;
  /** The name that the input has itself. */
  name: string | undefined;
  type: string | undefined;
  /** The bytes from `start` to `end`, exclusive. `start` may go back within the piece that was read last. */
  slice(start: number, end: number): Blob | Promise<Blob>;
  close(): Promise<void>;
}

/** The size limit of the largest bucket: no more of a stream is read into memory. */
const MOST_BYTES = 50 * 1024 * 1024;

/** @param size the number of bytes of a stream. If it is undefined, the stream is read into memory. */
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

/** Reads from a stream and keeps the last piece, which may have to be sent again. */
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
