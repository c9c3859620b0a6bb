/** `POST /file-upload`: streams a raw body, or the files of a form, into Storage. */
import { z } from "@hono/zod-openapi";
import { problemBody, reportedProblem } from "../_shared/problems/render.ts";
import { json, userRoute } from "../_shared/http/route.ts";
import { parseContentType } from "./content_type.ts";
import { announcedSha256 } from "./digest.ts";
import { fileNameFrom } from "./file_name.ts";
import { filesOf } from "./multipart.ts";
import {
  MultipartAnswer,
  Stored,
  UploadHeaders,
  UploadQuery,
} from "./schemas.ts";
import { storeFile } from "./store.ts";

export const uploadFile = userRoute({
  operationId: "uploadFile",
  tag: "Files",
  post: "/",
  summary: "Store a file, or up to ten as multipart/form-data",
  description:
    "The name of a raw body is given in Content-Disposition (`filename*`) or X-File-Name (percent-encoded UTF-8). " +
    "If Repr-Digest is given, the content must match it. Each file of a multipart form has its own result.",
  query: UploadQuery,
  headers: UploadHeaders,
  stream: { "*/*": z.string().openapi({ format: "binary" }) },
  answers: {
    200: [
      "You already have this content; the existing file is returned.",
      Stored,
    ],
    201: [
      "Stored: the file, or every file of the form.",
      z.union([Stored, MultipartAnswer]),
    ],
    207: ["Some files of the form were not stored.", MultipartAnswer],
  },
  problems: [
    "malformed_request",
    "read_only",
    "not_found",
    "file_too_large",
    "quota_exceeded",
    "type_mismatch",
    "unsupported_media_type",
    "digest_mismatch",
  ],
}, async (c, { query: { bucket, continuation_id, metadata }, headers }) => {
  const common = {
    bucket,
    continuationId: continuation_id,
    metadata: metadata ?? {},
  };
  const type = parseContentType(c.req.header("Content-Type"));

  if (type.essence === "multipart/form-data") {
    const results: z.infer<typeof MultipartAnswer>["results"] = [];
    const fail = (error: unknown) =>
      results.push({
        problem: problemBody(reportedProblem(error, c), c.var.requestId),
      });
    try {
      for await (const part of filesOf(c.req.raw)) {
        try {
          const announced = {
            ...common,
            ...part.announce(),
            size: null,
            sha256: null,
          };
          results.push(await storeFile(c, part.chunks, announced));
        } catch (error) {
          fail(error);
        }
      }
    } catch (error) {
      // The form broke off: files that are already stored are reported, and the failure only once.
      if (!results.some((result) => "file" in result)) throw error;
      if (!endsBroken(results)) fail(error);
    }
    const complete = results.every((result) => "file" in result);
    return json(c, JSON.stringify({ results }), complete ? 201 : 207);
  }

  const chunks = chunksOf(c.req.raw.body);
  try {
    const stored = await storeFile(c, chunks, {
      ...common,
      type,
      name: fileNameFrom(c.req.raw.headers),
      size: contentLength(c.req.header("Content-Length")),
      sha256: announcedSha256(headers["repr-digest"]),
    });
    return json(c, JSON.stringify(stored), stored.deduplicated ? 200 : 201);
  } finally {
    // Unlocks the body, so that the app can drain what a refusal has left unread.
    await chunks.return(undefined);
  }
});

/** Whether the form broke off within its last file, so that the file's result already reports it. */
function endsBroken(
  results: z.infer<typeof MultipartAnswer>["results"],
): boolean {
  const last = results.at(-1);
  return last !== undefined && "problem" in last &&
    last.problem.code === "malformed_request";
}

async function* chunksOf(
  body: ReadableStream<Uint8Array> | null,
): AsyncGenerator<Uint8Array> {
  if (body !== null) yield* body.values({ preventCancel: true });
}

/** The value of Content-Length; null if the length is not known in advance. */
function contentLength(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,15}$/.test(header)
    ? Number(header)
    : null;
}
