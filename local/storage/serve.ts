// An object as an HTTP answer: conditions, one range, and the headers of the real service.
import type { Bytes } from "./bytes.ts";
import { failure } from "./errors.ts";
import type { ObjectMetadata, ObjectRow } from "./rows.ts";

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
  const headers = headersOf(row, options);

  if (request.method === "HEAD") {
    headers.set("content-length", String(metadata.size));
    return new Response(null, { headers });
  }
  if (isOutdated(request.headers, metadata)) {
    throw failure("preconditionFailed");
  }
  if (isFresh(request.headers, metadata)) {
    return new Response(null, { status: 304 });
  }

  const file = await bytes.open({
    bucket: row.bucket_id,
    key: row.name,
    version: row.version,
  });
  try {
    const { size } = await file.stat();
    const range = parseRange(request.headers.get("range"), size);
    const { start, end } = range ?? { start: 0, end: size - 1 };
    headers.set("content-length", String(end - start + 1));
    if (range) headers.set("content-range", `bytes ${start}-${end}/${size}`);
    await file.seek(start, Deno.SeekMode.Start);
    return new Response(read(file, end - start + 1), {
      status: range ? 206 : 200,
      headers,
    });
  } catch (error) {
    file.close();
    throw error;
  }
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

type Validators = Pick<ObjectMetadata, "eTag" | "lastModified">;

/** If-Match decides alone if it is there: RFC 9110 section 13.1.4. */
function isOutdated(headers: Headers, metadata: Validators): boolean {
  const match = headers.get("if-match");
  if (match !== null) return !matches(match, metadata.eTag);
  const since = Date.parse(headers.get("if-unmodified-since") ?? "");
  return wholeSeconds(metadata) > since;
}

/** If-None-Match decides alone if it is there: RFC 9110 section 13.1.3. */
function isFresh(headers: Headers, metadata: Validators): boolean {
  const none = headers.get("if-none-match");
  if (none !== null) return matches(none, metadata.eTag);
  const since = Date.parse(headers.get("if-modified-since") ?? "");
  return wholeSeconds(metadata) <= since;
}

function matches(tags: string, eTag: string): boolean {
  return tags === "*" ||
    tags.split(",").some((tag) => tag.trim().replace(/^W\//, "") === eTag);
}

function wholeSeconds({ lastModified }: Validators): number {
  return Math.floor(Date.parse(lastModified) / 1000) * 1000;
}

/**
 * One range of bytes, both ends included. Several ranges, or one beyond the object, are refused with
 * 416; what is not a range of bytes is ignored.
 */
export function parseRange(header: string | null, size: number) {
  if (/^bytes=[\d-]*,/.test(header?.trim() ?? "")) {
    throw failure("invalidRange");
  }
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  const [first, last] = [match[1] ?? "", match[2] ?? ""];
  if (first === "") {
    if (Number(last) === 0 || size === 0) throw failure("invalidRange");
    return { start: Math.max(0, size - Number(last)), end: size - 1 };
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < start) return undefined;
  if (start >= size) throw failure("invalidRange");
  return { start, end };
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
