/** Uploading a file: small ones in one request, others by a reservation and resumable pieces. */
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

/** How far an upload has come. */
export interface Progress {
  loaded: number;
  total: number;
}

/** An upload in pieces that has begun. It is JSON, so that it can be kept and gone on with by another process. */
export interface UploadState {
  file_id: string;
  endpoint: string;
  bucket: string;
  object_name: string;
  mime_type: string;
  /** Where the pieces go, once Storage has said so. */
  url?: string;
}

export interface UploadOptions extends CallOptions {
  /** The file's name; that of a File or a path if omitted. */
  name?: string | undefined;
  /** A hint: the content decides. */
  type?: string | undefined;
  /** Links the file to this conversation. */
  conversation?: string | undefined;
  bucket?: Bucket | undefined;
  metadata?: Record<string, unknown> | undefined;
  /** How many bytes a stream has. Without it a stream is read into memory first. */
  size?: number | undefined;
  /** Called as bytes are sent: after each piece, and in browsers more often. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Called when an upload in pieces has begun, with what `resume` takes. It is then kept if it fails. */
  onState?: ((state: UploadState) => void) | undefined;
  /** Goes on with an upload of the same bytes. */
  resume?: UploadState | undefined;
}

/** More than this much metadata may not fit into a URL, so it is sent with a reservation. */
const URL_METADATA_CHARACTERS = 2000;

/** Stores a file. The same bytes under the same name are stored once, so that it is safe to repeat. */
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
      // Without it, a body that was cut on the way might pass for a whole one.
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
    // Nobody can go on with it, so its quota is given back now. The sweep would do so a day later.
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
    // If its answer is lost it is made again; the first one then ends by itself.
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

/** Reports each amount once, and never less than before: what is sent again has been counted. */
function reporter({ size }: UploadSource, { onProgress }: UploadOptions) {
  let most = -1;
  return (bytes: number) => {
    const loaded = Math.min(bytes, size);
    if (loaded <= most) return;
    most = loaded;
    onProgress?.({ loaded, total: size });
  };
}

/** Undefined on pages that are not served by HTTPS, where there is no crypto.subtle. */
async function digestOf(body: Blob): Promise<string | undefined> {
  if (!crypto.subtle) return undefined;
  const digest = await crypto.subtle.digest(
    "SHA-256",
    await body.arrayBuffer(),
  );
  return `sha-256=:${btoa(String.fromCharCode(...new Uint8Array(digest)))}:`;
}
