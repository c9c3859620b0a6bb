/** `POST /file-upload`: streams a raw body or the files of a form to Storage. */
import { z } from "@hono/zod-openapi";
import { json, userRoute } from "../_shared/http/route.ts";
import { chunksOf } from "../_shared/files/chunks.ts";
import { declaredType } from "../_shared/files/declared_type.ts";
import { announcedSha256 } from "./digest.ts";
import { fileNameFrom } from "../_shared/files/file_name.ts";
import {
  MultipartAnswer,
  Stored,
  UploadHeaders,
  UploadQuery,
} from "./schemas.ts";
import { storeFile } from "../_shared/files/store.ts";
import { storeForm } from "./store_form.ts";

export const uploadFile = userRoute({
  operationId: "uploadFile",
  tag: "Files",
  post: "/",
  summary: "Store a file, or up to ten files as multipart/form-data",
  description:
    "Text, images and PDFs are recognised by their content; Content-Type is only a hint. The name of a raw body comes " +
    "from Content-Disposition (`filename*`) or X-File-Name (percent-encoded UTF-8), and its content is checked " +
    "against Repr-Digest if there is one. Each file of a multipart form has its own result. In a form, `bucket`, " +
    "`continuation_id` and `metadata` may be fields before the files instead of parameters of the query.",
  query: UploadQuery,
  headers: UploadHeaders,
  stream: { "*/*": z.string().openapi({ format: "binary" }) },
  answers: {
    200: [
      "You already have this content under this name; the existing file is returned.",
      Stored,
    ],
    201: [
      "The file, or every file of the form, was stored.",
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
    "digest_mismatch",
  ],
}, async (c, { query, headers }) => {
  const header = c.req.header("Content-Type") ?? "";
  const chunks = chunksOf(c.req.raw.body);
  try {
    if (/^\s*multipart\/form-data\b/i.test(header)) {
      const form = await storeForm(c, header, chunks, query);
      return json(
        c,
        `{"results":[${form.results.join(",")}]}`,
        form.isComplete ? 201 : 207,
      );
    }
    const { text, deduplicated } = await storeFile(c, chunks, {
      bucket: query.bucket,
      continuationId: query.continuation_id,
      metadata: query.metadata,
      type: declaredType(header),
      name: fileNameFrom(c.req.raw.headers),
      size: contentLength(c.req.header("Content-Length")),
      sha256: announcedSha256(headers["repr-digest"]),
    });
    return json(c, text, deduplicated ? 200 : 201);
  } finally {
    // Unlocks the body, so that the app can drain what a refused request has left unread.
    await chunks.return(undefined);
  }
});

/** The length of the body, or null if it is not known in advance. */
function contentLength(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,15}$/.test(header)
    ? Number(header)
    : null;
}
