/** Resumable uploads to Storage: the part of TUS 1.0.0 (https://tus.io) that they need. */
import { ContinuumError } from "./error.ts";
import { failureOf } from "./failure.ts";
import type { Http } from "./http.ts";
import type { UploadSource } from "./upload_source.ts";
import { pause, pauseBefore } from "./waiting.ts";
import { watchedFetch } from "./xhr.ts";

/** The size that Storage asks for, of every piece but the last. */
export const PIECE_BYTES = 6 * 1024 * 1024;

/** So many tries in a row may bring nothing forward. */
const IDLE_TRIES = 6;

export interface TusUpload {
  endpoint: string;
  bucket: string;
  objectName: string;
  type: string;
  source: UploadSource;
  /** The URL of an upload that was begun before. */
  resumeAt: string | undefined;
  /** Called with that URL once there is one. */
  onUrl: (url: string) => void;
  onSent: ((bytes: number) => void) | undefined;
  signal: AbortSignal | undefined;
}

const VERSION = { "Tus-Resumable": "1.0.0" };

/** Sends what Storage does not have yet, and again what was lost, until it has all of it. */
export async function sendResumably(
  http: Http,
  upload: TusUpload,
): Promise<void> {
  const { source, signal } = upload;
  let url = upload.resumeAt;
  let offset = url === undefined ? null : await offsetAt(http, url, signal);
  for (let idle = 0, furthest = 0;;) {
    if (url === undefined || offset === null) {
      url = await create(http, upload);
      upload.onUrl(url);
      offset = 0;
    }
    upload.onSent?.(offset);
    if (offset >= source.size) return;
    try {
      offset = await sendPiece(http, url, offset, upload);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof ContinuumError) || !isPassing(error)) throw error;
      if (++idle > IDLE_TRIES) throw error;
      await pause(pauseBefore(idle, error.retryAfterMs), signal);
      offset = await offsetAt(http, url, signal);
    }
    if (offset !== null && offset > furthest) {
      furthest = offset;
      idle = 0;
    }
  }
}

/** Whether asking for the offset makes another try possible: 409 is another offset, 423 another request's lock. */
function isPassing({ retryable, status }: ContinuumError): boolean {
  return retryable || [404, 409, 410, 423].includes(status);
}

/** Begins an upload and gives its URL. An earlier one that was lost is removed by Storage in time. */
function create(http: Http, upload: TusUpload): Promise<string> {
  const metadata = {
    bucketName: upload.bucket,
    objectName: upload.objectName,
    contentType: upload.type,
  };
  return http.send({
    method: "POST",
    url: upload.endpoint,
    headers: {
      ...VERSION,
      "Upload-Length": String(upload.source.size),
      "Upload-Metadata": Object.entries(metadata)
        .map(([name, value]) => `${name} ${base64(value)}`).join(","),
    },
    signal: upload.signal,
  }, async (response) => {
    const location = response.headers.get("Location");
    if (location === null) throw await failureOf(response);
    return new URL(location, upload.endpoint).href;
  });
}

/** Sends one piece and gives the new offset. A lost answer is not repeated but asked about, by {@link offsetAt}. */
async function sendPiece(
  http: Http,
  url: string,
  offset: number,
  { source, onSent, signal }: TusUpload,
): Promise<number> {
  const end = Math.min(offset + PIECE_BYTES, source.size);
  const body = await source.slice(offset, end);
  return await http.send({
    method: "PATCH",
    url,
    headers: {
      ...VERSION,
      "Upload-Offset": String(offset),
      "Content-Type": "application/offset+octet-stream",
    },
    body,
    once: true,
    retries: 0,
    patience: patienceFor(body),
    fetch: onSent && watchedFetch((bytes) => onSent(offset + bytes)),
    signal,
  }, offsetIn);
}

/** A multiple of the time limit for a body: with the default of 30 s, 20 kB/s are enough. */
export function patienceFor({ size }: Blob): number {
  return 2 + size / 600_000;
}

/** How many bytes have arrived; null if Storage has forgotten the upload. */
function offsetAt(
  http: Http,
  url: string,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  return http.send({
    method: "HEAD",
    url,
    headers: VERSION,
    accept: [404, 410],
    signal,
  }, (response) => response.ok ? offsetIn(response) : null);
}

async function offsetIn(response: Response): Promise<number> {
  const offset = response.headers.get("Upload-Offset");
  if (offset === null) throw await failureOf(response);
  return Number(offset);
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
