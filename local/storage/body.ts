// The body of an upload, raw or multipart, as a stream of bytes with what the client says of it.
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
// deno-lint-ignore no-import-prefix -- only the local stack uses it
import { Busboy } from "npm:@fastify/busboy@3.2.6";
import { failure } from "./errors.ts";
import { MAX_USER_METADATA_BYTES } from "./limits.ts";

export interface Incoming {
  mimeType: string;
  cacheControl: string;
  userMetadata: Record<string, unknown> | undefined;
  /** The body's declared length. For multipart it includes the boundaries. */
  declaredLength: number | undefined;
  /** A raw body without Content-Length: the real service holds it to no limit at all. */
  unmeasured: boolean;
  bytes: AsyncIterable<Uint8Array>;
  /** Reads and drops what is left, so that a client which is still sending gets its answer. */
  drain(): Promise<void>;
}

/** At most this much is read only to be dropped. */
const MAX_DRAIN_BYTES = 64 * 1024 * 1024;

export function readBody(request: Request): Promise<Incoming> {
  const type = request.headers.get("content-type") ??
    "application/octet-stream";
  return type.startsWith("multipart/form-data")
    ? multipart(request, type)
    : Promise.resolve(raw(request, type));
}

function raw(request: Request, mimeType: string): Incoming {
  const header = request.headers.get("x-metadata");
  const length = request.headers.get("content-length");
  const body = request.body ?? new Blob().stream();
  return {
    mimeType,
    cacheControl: request.headers.get("cache-control") ?? "no-cache",
    userMetadata: header === null
      ? undefined
      : parseMetadata(decodeBase64(header)),
    declaredLength: length === null ? undefined : Number(length),
    unmeasured: length === null && request.body !== null,
    // Not cancelled on failure: the rest is drained, so that the client gets to read its answer.
    bytes: body.values({ preventCancel: true }),
    drain: () => drain(body),
  };
}

/** The first file of the form, with the fields that come before it: the order storage-js sends. */
function multipart(request: Request, contentType: string): Promise<Incoming> {
  const { body } = request;
  if (!body) return Promise.reject(failure("noContent"));
  const length = request.headers.get("content-length");
  const { promise, resolve, reject } = Promise.withResolvers<Incoming>();
  const fields = new Map<string, string>();

  const form = new Busboy({
    headers: { "content-type": contentType },
    limits: { fields: 10, files: 1, fieldSize: MAX_USER_METADATA_BYTES + 1 },
  });
  const source = Readable.from(body, { objectMode: false });
  // A client that goes away mid-file has to fail the file's stream too, not only the source.
  let file: Readable | undefined;
  const fail = (error: Error) => {
    file?.destroy(error);
    reject(failure("noContent", "", error));
  };
  source.on("error", fail);
  form.on(
    "error",
    (error: unknown) =>
      fail(error instanceof Error ? error : new Error("form")),
  );
  form.on("field", (name: string, value: string) => fields.set(name, value));
  form.on("finish", () => reject(failure("noContent")));
  form.on("file", (_field, stream, _filename, _encoding, mimetype) => {
    file = stream;
    const cacheTime = fields.get("cacheControl");
    const metadata = fields.get("metadata") ?? fields.get("userMetadata");
    if (metadata !== undefined && metadata.length > MAX_USER_METADATA_BYTES) {
      stream.resume();
      return reject(failure("tooLarge", "user_metadata"));
    }
    resolve({
      mimeType: fields.get("contentType") || mimetype,
      cacheControl: cacheTime ? `max-age=${cacheTime}` : "no-cache",
      userMetadata: metadata === undefined
        ? undefined
        : parseMetadata(metadata),
      declaredLength: length === null ? undefined : Number(length),
      unmeasured: false,
      bytes: stream.iterator({ destroyOnReturn: false }),
      drain: async () => {
        stream.resume();
        await finished(source).catch(() => {});
      },
    });
  });
  source.pipe(form);
  return promise;
}

async function drain(body: ReadableStream<Uint8Array>): Promise<void> {
  let dropped = 0;
  try {
    for await (const chunk of body) {
      dropped += chunk.byteLength;
      if (dropped > MAX_DRAIN_BYTES) return;
    }
  } catch {
    // The client went away: nobody is waiting for an answer.
  }
}

function decodeBase64(text: string): string {
  try {
    return new TextDecoder().decode(
      Uint8Array.from(atob(text), (c) => c.charCodeAt(0)),
    );
  } catch {
    return "";
  }
}

/** Metadata that is no JSON object is dropped without a word, as the real service does. */
export function parseMetadata(
  json: string,
): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return value !== null && typeof value === "object"
      ? { ...value }
      : undefined;
  } catch {
    return undefined;
  }
}
