// An object as an HTTP answer: conditions, one range, and the headers of the real service.
import { select } from "../../supabase/functions/_shared/files/conditions.ts";
import type { Bytes } from "./bytes.ts";
import { failure } from "./errors.ts";
import type { ObjectRow } from "./rows.ts";

interface Options {
  /** The query's `download`: a file name, or empty for the object's own. */
  download?: string | undefined;
  /** When a signed URL ends; takes the place of Cache-Control. */
  expires?: Date;
}

const CHUNK_BYTES = 64 * 1024;

/** Streams the object. The file is closed when the body has been read or is cancelled. */
export async function serveObject(
  bytes: Bytes,
  request: Request,
  row: ObjectRow,
  options: Options = {},
): Promise<Response> {
  const { metadata } = row;
  if (!metadata) throw failure("bytesNotFound");
  const { eTag: etag, size } = metadata;
  const lastModified = new Date(metadata.lastModified);
  const selection = select(request, { etag, lastModified }, size);
  if (selection.status === 412) throw failure("preconditionFailed");
  if (selection.status === 416) throw failure("invalidRange");
  if (selection.status === 304) return new Response(null, { status: 304 });

  const { status } = selection;
  const { first, last } = selection.status === 206
    ? selection.range
    : { first: 0, last: size - 1 };
  const headers = headersOf(row, options);
  headers.set("content-length", String(last - first + 1));
  if (status === 206) {
    headers.set("content-range", `bytes ${first}-${last}/${size}`);
  }
  if (request.method === "HEAD") return new Response(null, { status, headers });
  const { bucket_id: bucket, name: key, version } = row;
  const file = await bytes.open({ bucket, key, version });
  await file.seek(first, Deno.SeekMode.Start);
  return new Response(read(file, last - first + 1), { status, headers });
}

export function headersOf(
  row: ObjectRow,
  { download, expires }: Options,
): Headers {
  const { metadata } = row;
  const headers = new Headers({
    "accept-ranges": "bytes",
    "content-type": normalize(metadata?.mimetype),
    "etag": metadata?.eTag ?? "",
    "last-modified": new Date(metadata?.lastModified ?? row.updated_at)
      .toUTCString(),
  });
  if (expires) headers.set("expires", expires.toUTCString());
  else headers.set("cache-control", metadata?.cacheControl ?? "no-cache");
  if (download !== undefined) {
    const name = encodeURIComponent(download);
    headers.set(
      "content-disposition",
      name
        ? `attachment; filename=${name}; filename*=UTF-8''${name}`
        : "attachment;",
    );
  }
  return headers;
}

/** HTML is served as text, and nothing else is: SVG stays SVG, and no `nosniff` is set. */
function normalize(type = "application/octet-stream"): string {
  return type.includes("text/html") ? "text/plain" : type;
}

function read(
  file: Deno.FsFile,
  length: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = length;
  return new ReadableStream({
    async pull(controller) {
      const buffer = new Uint8Array(Math.min(CHUNK_BYTES, left));
      const count = left === 0 ? null : await file.read(buffer);
      if (count !== null) {
        left -= count;
        controller.enqueue(buffer.subarray(0, count));
      }
      // With the last byte, not at the next pull: a server that has sent Content-Length bytes
      // does not ask again.
      if (count === null || left === 0) {
        file.close();
        controller.close();
      }
    },
    cancel() {
      file.close();
    },
  }, { highWaterMark: 1 });
}
