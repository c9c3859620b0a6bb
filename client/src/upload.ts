/** Uploads files: small ones in one request, larger ones in pieces that Storage keeps. */
import type { Http } from "./http.ts";
import { UPLOAD } from "./paths.ts";
import { patienceFor, PIECE_BYTES, sendResumably } from "./tus.ts";
import type { Bucket, CallOptions, Stored } from "./types.ts";
import {
  sourceOf,
  type UploadInput,
  type UploadSource,
} from "./upload_source.ts";
import { watchedFetch } from "./xhr.ts";

/** How many of the bytes have been sent. */
export interface Progress {
  loaded: number;
  total: number;
}

/** The state of an upload in pieces. It is plain JSON: store it to continue the upload in another process. */
export interface UploadState {
  file_id: string;
  endpoint: string;
  bucket: string;
  object_name: string;
  mime_type: string;
  /** Where to send the pieces. Absent before Storage has said so. */
  url?: string;
}

export interface UploadOptions extends CallOptions {
  /** The file's name. If omitted, that of the File or the path. */
  name?: string | undefined;
  /** The media type. It is a hint: the server looks at the content. */
  type?: string | undefined;
  /** Links the file to this conversation. */
  conversation?: string | undefined;
  bucket?: Bucket | undefined;
  metadata?: Record<string, unknown> | undefined;
  /** The number of bytes of a stream. Without it, the whole stream is read into memory first. */
  size?: number | undefined;
  /** Called after each piece of 6 MiB, and in browsers more often. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Called with what `resume` takes, if the upload is in pieces. If the upload fails, its pieces are then kept. */
  onState?: ((state: UploadState) => void) | undefined;
  /** Continues an upload of the same bytes. */
  resume?: UploadState | undefined;
}

/** More metadata than this may not fit into a URL. It is sent in the body of a reservation instead. */
const URL_METADATA_CHARACTERS = 2000;

/** Stores a file. This is safe to repeat: the server stores the same bytes under the same name once. */
export async function uploadFile(
  http: Http,
  input: UploadInput,
  options: UploadOptions,
): Promise<Stored> {
  const { signal } = options;
  signal?.throwIfAborted();
  const source = await sourceOf(input, options.size);
  try {
    const metadata = options.metadata && http.stringify(options.metadata);
    return source.size > PIECE_BYTES || options.resume ||
        (metadata ?? "").length > URL_METADATA_CHARACTERS
      ? await uploadInPieces(http, source, options)
      : await uploadAtOnce(http, source, options, metadata);
  } finally {
    await source.close();
  }
}

async function uploadAtOnce(
  http: Http,
  source: UploadSource,
  options: UploadOptions,
  metadata: string | undefined,
): Promise<Stored> {
  const { signal, conversation, bucket } = options;
  const report = reporter(source, options);
  const body = await source.slice(0, source.size);
  report(0);
  const stored = await http.json({
    method: "POST",
    url: UPLOAD,
    query: { bucket, continuation_id: conversation, metadata },
    headers: {
      "Content-Type": typeOf(source, options),
      "X-File-Name": encodeURIComponent(nameOf(source, options)),
      // Lets the server notice a body that was cut on the way.
      "Repr-Digest": await digestOf(body),
    },
    body,
    patience: patienceFor(body),
    fetch: options.onProgress && watchedFetch(report),
    signal,
  });
  report(source.size);
  return stored;
}

async function uploadInPieces(
  http: Http,
  source: UploadSource,
  options: UploadOptions,
): Promise<Stored> {
  const { signal, onState } = options;
  const state = options.resume ?? await reserve(http, source, options);
  onState?.({ ...state });
  try {
    await sendResumably(http, {
      endpoint: state.endpoint,
      bucket: state.bucket,
      objectName: state.object_name,
      type: state.mime_type,
      source,
      resumeAt: state.url,
      onUrl: (url) => onState?.({ ...state, url }),
      onSent: options.onProgress && reporter(source, options),
      signal,
    });
    return await http.json({
      method: "POST",
      url: `${UPLOAD}/${state.file_id}/complete`,
      signal,
    });
  } catch (error) {
    // Nobody can continue it, so its quota is returned now. The sweep would do that a day later.
    if (!onState && !options.resume) {
      http.remove(`${UPLOAD}/${state.file_id}`).catch(() => {});
    }
    throw error;
  }
}

async function reserve(
  http: Http,
  source: UploadSource,
  options: UploadOptions,
): Promise<UploadState> {
  const { file, resumable } = await http.json({
    method: "POST",
    url: `${UPLOAD}/reservations`,
    json: {
      original_name: nameOf(source, options),
      mime_type: typeOf(source, options),
      size_bytes: source.size,
      bucket: options.bucket,
      continuation_id: options.conversation,
      metadata: options.metadata,
    },
    // Repeated if its response is lost. The sweep then removes the first reservation.
    signal: options.signal,
  });
  return {
    file_id: file.id,
    mime_type: file.mime_type,
    ...resumable,
  };
}

function nameOf({ name }: UploadSource, options: UploadOptions): string {
  return options.name ?? name ?? "unnamed";
}

function typeOf({ type }: UploadSource, options: UploadOptions): string {
  return options.type ?? type ?? "application/octet-stream";
}

/** Reports progress that never goes back, although a retry sends bytes again. */
function reporter({ size }: UploadSource, { onProgress }: UploadOptions) {
  let most = -1;
  return (bytes: number) => {
    const loaded = Math.min(bytes, size);
    if (loaded <= most) return;
    most = loaded;
    onProgress?.({ loaded, total: size });
  };
}

/** The value of Repr-Digest; undefined on pages without HTTPS, which have no crypto.subtle. */
async function digestOf(body: Blob): Promise<string | undefined> {
  if (!crypto.subtle) return undefined;
  const digest = await crypto.subtle.digest(
    "SHA-256",
    await body.arrayBuffer(),
  );
  return `sha-256=:${btoa(String.fromCharCode(...new Uint8Array(digest)))}:`;
}
