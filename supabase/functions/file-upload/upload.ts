/** `POST /file-upload`: a raw body or multipart/form-data, streamed into Storage. */
import { createRoute, z } from "@hono/zod-openapi";
import { requireUser } from "../_shared/auth.ts";
import { problemBody, problemFromUnknown } from "../_shared/errors.ts";
import { acceptsJson } from "../_shared/negotiation.ts";
import { problems, userProblems, userSecurity } from "../_shared/openapi.ts";
import { createRouter } from "../_shared/router.ts";
import { parseContentType } from "./content_type.ts";
import { drain } from "./counted_stream.ts";
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

/** How much of a refused body is read away, so that the client gets to read the answer. */
const DRAIN_BYTES = 64 * 1024 * 1024;

const binary = { type: "string" as const, format: "binary" };

const uploadFile = createRoute({
  operationId: "uploadFile",
  method: "post",
  path: "/",
  summary: "Store a file, or up to ten by multipart/form-data",
  description:
    "A raw body is named by Content-Disposition (filename*) or X-File-Name " +
    "(percent-encoded UTF-8), and checked against Repr-Digest where that is given. In " +
    "multipart/form-data every part with a filename is a file; each has a result of its own.",
  security: userSecurity,
  middleware: [acceptsJson, requireUser] as const,
  request: {
    query: UploadQuery,
    headers: UploadHeaders,
    // Described and not parsed: the body is streamed.
    body: { required: true, content: { "*/*": { schema: binary } } },
  },
  responses: {
    200: {
      description: "You had this content already.",
      content: { "application/json": { schema: Stored } },
    },
    201: {
      description: "Stored; of a multipart body, all of it.",
      content: {
        "application/json": { schema: z.union([Stored, MultipartAnswer]) },
      },
    },
    207: {
      description: "Some files of a multipart body were not stored.",
      content: { "application/json": { schema: MultipartAnswer } },
    },
    ...problems(
      ...userProblems,
      "malformed_request",
      "read_only",
      "not_found",
      "file_too_large",
      "quota_exceeded",
      "type_mismatch",
      "unsupported_media_type",
      "digest_mismatch",
    ),
  },
});

export const upload = createRouter();

upload.openapi(uploadFile, async (c) => {
  const { bucket, continuation_id, metadata } = c.req.valid("query");
  const common = {
    bucket,
    continuationId: continuation_id,
    metadata: metadata ?? {},
  };
  const type = parseContentType(c.req.header("Content-Type"));

  if (type.essence === "multipart/form-data") {
    const results: z.infer<typeof MultipartAnswer>["results"] = [];
    const fail = (error: unknown) =>
      results.push({ problem: problemBody(c, problemFromUnknown(error)) });
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
      // The form broke: what was stored before is told all the same, and the break once.
      if (!results.some((result) => "file" in result)) throw error;
      if (!endsBroken(results)) fail(error);
    }
    const complete = results.every((result) => "file" in result);
    return c.json({ results }, complete ? 201 : 207);
  }

  const chunks = chunksOf(c.req.raw.body);
  try {
    const stored = await storeFile(c, chunks, {
      ...common,
      type,
      name: fileNameFrom(c.req.raw.headers),
      size: contentLength(c.req.header("Content-Length")),
      sha256: announcedSha256(c.req.header("Repr-Digest")),
    });
    return c.json(stored, stored.deduplicated ? 200 : 201);
  } catch (error) {
    await drain(chunks, DRAIN_BYTES);
    throw error;
  }
});

/** Whether the form broke within its last file, and that file's result says so. */
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
  if (body !== null) yield* body;
}

/** null where the length is not known in advance. */
function contentLength(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,15}$/.test(header)
    ? Number(header)
    : null;
}
