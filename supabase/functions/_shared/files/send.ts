/** Answers with the bytes of a file: the whole of it, a range, or 304. */
import type { Context } from "hono";
import type { Env } from "../platform/env.ts";
import { askStorage } from "../platform/storage.ts";
import { Problem } from "../problems/problem.ts";
import { storageProblem } from "../problems/storage_problem.ts";
import type { File } from "../wire/file.ts";
import { areParameters } from "../wire/media_type_parameters.ts";
import { select, type Selection } from "./conditions.ts";
import { contentDisposition } from "./disposition.ts";
import { locateReady } from "./locate.ts";

/**
 * Streams a file that the caller may read, following the conditions and the Range of the request.
 *
 * @throws {Problem} `not_found`, `precondition_failed` or `range_not_satisfiable`.
 */
export async function sendFile(
  c: Context<Env>,
  fileId: string,
): Promise<Response> {
  const { file, storage_path } = await locateReady(c, fileId);
  const lastModified = new Date(file.created_at);
  const etag = `"${file.sha256 ?? file.id}"`;
  const selection = select(c.req.raw, { etag, lastModified }, file.size_bytes);
  if (selection.status === 412) throw new Problem("precondition_failed");
  if (selection.status === 416) {
    throw new Problem("range_not_satisfiable", {
      size_bytes: file.size_bytes,
      headers: { "Content-Range": `bytes */${file.size_bytes}` },
    });
  }

  const headers = {
    ...describe(file, selection),
    ETag: etag,
    "Last-Modified": lastModified.toUTCString(),
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-cache, no-transform",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
  };
  if (
    selection.status === 304 || c.req.method === "HEAD" || file.size_bytes === 0
  ) {
    return c.body(null, selection.status, headers);
  }
  return c.body(
    await readObject(
      c,
      file.bucket,
      storage_path,
      selection,
      lengthOf(file, selection),
    ),
    selection.status,
    headers,
  );
}

/** The headers that describe the body. */
function describe(file: File, selection: Selection): Record<string, string> {
  if (selection.status === 304) return {};
  const range = selection.status === 206 ? selection.range : null;
  return {
    "Content-Type": contentType(file),
    "Content-Length": String(lengthOf(file, selection)),
    "Content-Disposition": contentDisposition(
      file.original_name,
      file.mime_type,
    ),
    ...(range &&
      {
        "Content-Range":
          `bytes ${range.first}-${range.last}/${file.size_bytes}`,
      }),
    ...(file.sha256 !== null &&
      { "Repr-Digest": `sha-256=:${base64OfHex(file.sha256)}:` }),
  };
}

function lengthOf(file: File, selection: Selection): number {
  return selection.status === 206
    ? selection.range.last - selection.range.first + 1
    : file.size_bytes;
}

/** The media type with the parameters that the client sent with it. */
function contentType({ mime_type, type_parameters }: File): string {
  return type_parameters !== null && areParameters(`; ${type_parameters}`)
    ? `${mime_type}; ${type_parameters}`
    : mime_type;
}

async function readObject(
  c: Context<Env>,
  bucket: string,
  storagePath: string,
  selection: Selection,
  expected: number,
): Promise<ReadableStream<Uint8Array>> {
  const response = await askStorage(
    c,
    `/object/authenticated/${bucket}/${storagePath}`,
    {
      headers: selection.status === 206
        ? { Range: `bytes=${selection.range.first}-${selection.range.last}` }
        : {},
      // Stops reading from Storage if the client disconnects.
      signal: c.req.raw.signal,
    },
  );
  if (response.status !== selection.status || response.body === null) {
    throw await storageProblem(response, { 404: "not_found" });
  }
  if (!hasLength(response, expected)) {
    await response.body.cancel();
    throw new Problem("unavailable", { detail: "Storage failed." });
  }
  return response.body;
}

/** Whether a response has the expected length, if it states one. An error page of a gateway does not. */
function hasLength({ headers }: Response, expected: number): boolean {
  const length = headers.get("Content-Length");
  return length === null || headers.has("Content-Encoding") ||
    Number(length) === expected;
}

function base64OfHex(hex: string): string {
  const bytes =
    hex.match(/../g)?.map((byte) => String.fromCharCode(parseInt(byte, 16))) ??
      [];
  return btoa(bytes.join(""));
}
