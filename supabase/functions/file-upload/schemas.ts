/** The requests and answers of file-upload. */
import { z } from "@hono/zod-openapi";
import { ContinuationId, Metadata } from "../_shared/wire/conversation.ts";
import { File } from "../_shared/wire/file.ts";
import { ProblemDetails } from "../_shared/http/openapi.ts";
import { storable } from "../_shared/wire/storable.ts";
import { queryOf } from "../_shared/wire/rules.ts";

/** How many files a multipart body may have. */
export const MAX_FILES = 10;

/** Room for 64 KiB of metadata with its escapes, names and numbers. */
export const MAX_RESERVATION_BYTES = 256 * 1024;

const Bucket = z.enum(["user-files", "generated-files"]).default("user-files");

/** Metadata in a query, as JSON text. */
const MetadataText = z.string().transform((value, context) => {
  try {
    const parsed: unknown = JSON.parse(value);
    return parsed;
  } catch {
    context.addIssue({ code: "custom", message: "Must be JSON." });
    return z.NEVER;
  }
}).pipe(storable(Metadata)).openapi({
  type: "string",
  description: "A JSON object of up to 64 KiB.",
});

export const UploadQuery = queryOf({
  bucket: Bucket,
  continuation_id: ContinuationId.optional().openapi({
    description: "Links the file to this conversation.",
  }),
  metadata: MetadataText.optional(),
});

/** Headers for a raw body. The parts of a form have their own. */
export const UploadHeaders = z.object({
  "content-disposition": z.string().optional().openapi({
    description: "The file's name, as `filename*` or `filename` (RFC 6266).",
  }),
  "x-file-name": z.string().optional().openapi({
    description: "The file's name, as percent-encoded UTF-8.",
  }),
  "repr-digest": z.string().optional().openapi({
    description:
      "The SHA-256 of the content as `sha-256=:<base64>:` (RFC 9530). The upload is refused if it does not match.",
  }),
});

export const ReservationRequest = storable(
  z.strictObject({
    original_name: z.string(),
    mime_type: z.string(),
    size_bytes: z.int().min(0).openapi({
      description: "The size of the file, for which quota is reserved.",
    }),
    bucket: Bucket,
    continuation_id: ContinuationId.nullish(),
    metadata: Metadata.nullish(),
  }).openapi("ReservationRequest", {
    example: {
      original_name: "report.pdf",
      mime_type: "application/pdf",
      size_bytes: 1048576,
      continuation_id: "review-42",
    },
  }),
);

/** The answer of the SQL function reserve_file. */
export const Reserved = z.strictObject({
  file: File,
  storage_path: z.string(),
  max_bytes: z.int(),
});

export const Stored = z.strictObject({
  file: File,
  deduplicated: z.boolean().openapi({
    description:
      "Whether you already had this content in the bucket, and this is the existing file.",
  }),
}).openapi("Stored");

export const MultipartAnswer = z.strictObject({
  results: z.array(
    z.union([Stored, z.strictObject({ problem: ProblemDetails })]),
  ),
}).openapi("MultipartAnswer");

export const Reservation = z.strictObject({
  file: File,
  signed_upload: z.strictObject({
    url: z.string().openapi({
      description: "Upload the bytes to this URL with PUT.",
    }),
    token: z.string(),
    path: z.string(),
    expires_at: z.string().openapi({ format: "date-time" }),
  }),
  resumable: z.strictObject({
    endpoint: z.string().openapi({
      description: "A TUS endpoint, which requires your access token.",
    }),
    bucket: z.string(),
    object_name: z.string(),
  }),
}).openapi("Reservation");

export const SweepRequest = z.strictObject({
  pending_seconds: z.int().min(0).max(31_536_000).default(86_400).openapi({
    description:
      "The age in seconds at which an unfinished upload is abandoned.",
  }),
  unlinked_seconds: z.int().min(0).max(31_536_000).default(604_800).openapi({
    description: "How many seconds a file is kept that no conversation links.",
  }),
  max_objects: z.int().min(1).max(1000).default(100).openapi({
    description: "The maximum number of objects that a call removes.",
  }),
}).openapi("SweepRequest");

export const SweepAnswer = z.strictObject({
  expired: z.int().openapi({
    description: "How many unfinished uploads were abandoned.",
  }),
  unlinked: z.int().openapi({
    description:
      "How many files were deleted because no conversation links them.",
  }),
  objects: z.int().openapi({
    description: "How many objects were removed from Storage.",
  }),
  rows: z.int().openapi({
    description:
      "How many deleted rows were removed because their objects are gone.",
  }),
  more: z.boolean().openapi({
    description: "Whether there may be more to remove.",
  }),
}).openapi("SweepAnswer");
