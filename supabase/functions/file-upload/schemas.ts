/** What file-upload takes and answers. */
import { z } from "@hono/zod-openapi";
import { ContinuationId, Metadata } from "../_shared/wire/conversation.ts";
import { File } from "../_shared/wire/file.ts";
import { ProblemDetails } from "../_shared/http/openapi.ts";
import { storable } from "../_shared/wire/storable.ts";
import { queryOf } from "../_shared/wire/rules.ts";

/** Files in one multipart body. */
export const MAX_FILES = 10;

/** A reservation is names and numbers, and metadata of up to 64 KiB. */
export const MAX_RESERVATION_BYTES = 256 * 1024;

const BucketName = z.enum(["user-files", "generated-files"]);
const Bucket = BucketName.default("user-files");

/** Metadata in a query or a field: the JSON text of an object, which is passed on as it was sent. */
const MetadataText = z.string().superRefine((value, context) => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    context.addIssue({ code: "custom", message: "Must be JSON." });
    return;
  }
  for (
    const issue of storable(Metadata).safeParse(parsed).error?.issues ?? []
  ) {
    context.addIssue({
      code: "custom",
      message: issue.message,
      path: [...issue.path],
    });
  }
}).openapi({
  type: "string",
  description: "A JSON object of up to 64 KiB.",
});

/** What a query or the fields of a form say of all files. */
const common = {
  continuation_id: ContinuationId.optional().openapi({
    description: "Links the file to this conversation.",
  }),
  metadata: MetadataText.optional(),
};

export const UploadQuery = queryOf({ bucket: Bucket, ...common });

/** The fields of a form that say what the query can say too, and stand before the first file. */
export const UploadFields = z.strictObject({
  bucket: BucketName.optional(),
  ...common,
});

export function isUploadField(
  name: string,
): name is keyof z.infer<typeof UploadFields> {
  return Object.hasOwn(UploadFields.shape, name);
}

/** What names and describes a raw body; a form's parts have headers of their own. */
export const UploadHeaders = z.object({
  "content-disposition": z.string().optional().openapi({
    description: "The file's name, in filename* or filename (RFC 6266).",
  }),
  "x-file-name": z.string().optional().openapi({
    description: "The file's name, as percent-encoded UTF-8.",
  }),
  "repr-digest": z.string().optional().openapi({
    description: "sha-256=:…:, which the content must have (RFC 9530).",
  }),
});

export const ReservationRequest = storable(
  z.strictObject({
    original_name: z.string(),
    mime_type: z.string(),
    size_bytes: z.int().min(0).openapi({
      description: "Quota is taken for it.",
    }),
    bucket: Bucket,
    continuation_id: ContinuationId.nullish(),
    metadata: Metadata.nullish(),
  }).openapi("ReservationRequest"),
);

export const RenameRequest = storable(
  z.strictObject({
    original_name: z.string().optional(),
    metadata: Metadata.optional().openapi({
      description: "A merge patch.",
    }),
  }).openapi("RenameRequest"),
);

export const Stored = z.strictObject({
  file: File,
  deduplicated: z.boolean().openapi({
    description:
      "You had the same content in this bucket under the same name already: this is that file.",
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
    url: z.string().openapi({ description: "PUT the bytes here." }),
    token: z.string(),
    path: z.string(),
    expires_at: z.string().openapi({ format: "date-time" }),
  }),
  resumable: z.strictObject({
    endpoint: z.string().openapi({
      description: "A TUS endpoint; send your access token.",
    }),
    bucket: z.string(),
    object_name: z.string(),
  }),
}).openapi("Reservation");

export const SweepRequest = z.strictObject({
  pending_seconds: z.int().min(0).max(31_536_000).default(86_400).openapi({
    description: "Age at which an unfinished upload is given up.",
  }),
  unlinked_seconds: z.int().min(0).max(31_536_000).default(604_800).openapi({
    description: "How long a file without a conversation is kept.",
  }),
  max_objects: z.int().min(1).max(1000).default(100).openapi({
    description:
      "How many objects one call removes at most; call again while `more` is true.",
  }),
}).openapi("SweepRequest");

export const SweepAnswer = z.strictObject({
  expired: z.int().openapi({ description: "Unfinished uploads given up." }),
  unlinked: z.int().openapi({
    description: "Files without a conversation given up.",
  }),
  objects: z.int().openapi({ description: "Objects removed from Storage." }),
  rows: z.int().openapi({
    description: "Rows forgotten, their objects being gone.",
  }),
  more: z.boolean(),
}).openapi("SweepAnswer");
