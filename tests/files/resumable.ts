/** Resumable uploads, as tus-js-client sends them. */
import { Buffer } from "node:buffer";
import { Upload } from "npm:tus-js-client@4.3.1";
import type { Answer } from "../support/http.ts";

export interface ResumableOptions {
  /** Credentials, and what else the client sends. */
  headers: Record<string, string>;
  /** The endpoint of the reservation unless another is given. */
  endpoint?: string;
  chunkSize?: number;
  /** Breaks off once so many bytes are out, and then goes on. */
  stopAfter?: number;
}

/** Uploads the bytes of a reservation, and resolves to the number of requests that took. */
export function resumable(
  { body }: Answer,
  bytes: Uint8Array,
  {
    headers,
    endpoint = body.resumable.endpoint,
    chunkSize = 256 * 1024,
    stopAfter = Infinity,
  }: ResumableOptions,
): Promise<number> {
  let requests = 0;
  let stopped = false;
  return new Promise((resolve, reject) => {
    const upload = new Upload(Buffer.from(bytes), {
      endpoint,
      headers,
      chunkSize,
      retryDelays: null,
      metadata: {
        bucketName: body.resumable.bucket,
        objectName: body.resumable.object_name,
        contentType: body.file.mime_type,
      },
      onBeforeRequest: () => void requests++,
      onChunkComplete: (_size, sent) => {
        if (stopped || sent < stopAfter) return;
        stopped = true;
        upload.abort().then(() => upload.start());
      },
      onSuccess: () => resolve(requests),
      onError: reject,
    });
    upload.start();
  });
}
