/** The requests and responses of file-upload. */
import { z } from "@hono/zod-openapi";
import { ContinuationId, Metadata } from "../_shared/wire/conversation.ts";
import { File } from "../_shared/wire/file.ts";
import { ProblemDetails } from "../_shared/http/openapi.ts";
import { storable } from "../_shared/wire/storable.ts";
import { queryOf } from "../_shared/wire/rules.ts";

/** The most files that a form may have. */
export const MAX_FILES = 10;

/** The most bytes of a JSON body, which may contain 64 KiB of metadata. */
export const MAX_RESERVATION_BYTES = 256 * 1024;

const BucketName = z.enum(["user-files", "generated-files"]);
const Bucket = BucketName.default("user-files");

/** Metadata in the query or in a form field: the text of a JSON object, which is passed on as it was sent. */
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

/** What applies to every file of a request. */
const common = {
  continuation_id: ContinuationId.optional().openapi({
    description: "The conversation to link the file to.",
  }),
  metadata: MetadataText.optional(),
};

export const UploadQuery = queryOf({ bucket: Bucket, ...common });

/** The form fields that replace parameters of the query. They come before the first file. */
export const UploadFields = z.strictObject({
  bucket: BucketName.optional(),
  ...common,
});

export function isUploadField(
  name: string,
): name is keyof z.infer<typeof UploadFields> {
  return Object.hasOwn(UploadFields.shape, name);
}

/** The headers that describe a raw body. The parts of a form have their own headers. */
export const UploadHeaders = z.object({
  "content-disposition": z.string().optional().openapi({
    description: "The file's name, in filename* or filename (RFC 6266).",
  }),
  "x-file-name": z.string().optional().openapi({
    description: "The file's name, as percent-encoded UTF-8.",
  }),
  "repr-digest": z.string().optional().openapi({
    description:
      "The SHA-256 that the content must have, as `sha-256=:<base64>:` (RFC 9530).",
  }),
});

export const ReservationRequest = storable(
  z.strictObject({
    original_name: z.string(),
    mime_type: z.string(),
    size_bytes: z.int().min(0).openapi({
      description: "The exact size. It counts against the quota at once.",
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
      description: "A merge patch (RFC 7396).",
    }),
  }).openapi("RenameRequest"),
);

export const Stored = z.strictObject({
  file: File,
  deduplicated: z.boolean().openapi({
    description:
      "Whether you already had this content in this bucket under this name. The file is then the existing one.",
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
    url: z.string().openapi({ description: "Send the bytes here with PUT." }),
    token: z.string().openapi({
      description: "For uploadToSignedUrl of supabase-js.",
    }),
    path: z.string(),
    expires_at: z.string().openapi({ format: "date-time" }),
  }),
  resumable: z.strictObject({
    endpoint: z.string().openapi({
      description:
        "A TUS endpoint that requires your access token. With `/sign` appended it requires " +
        "`signed_upload.token` in `x-signature` instead.",
    }),
    bucket: z.string(),
    object_name: z.string().openapi({
      description: "The `objectName` of the TUS metadata.",
    }),
  }),
}).openapi("Reservation");

export const SweepRequest = z.strictObject({
  pending_seconds: z.int().min(0).max(31_536_000).default(10_800).openapi({
    description:
      "Age in seconds at which an unfinished upload is deleted. A signed upload URL is valid for two hours.",
  }),
  unlinked_seconds: z.int().min(0).max(31_536_000).default(604_800).openapi({
    description: "How many seconds a file is kept that no conversation links.",
  }),
  max_objects: z.int().min(1).max(1000).default(100).openapi({
    description:
      "The most objects that one call removes. Call again while `more` is true.",
  }),
}).openapi("SweepRequest");

export const SweepAnswer = z.strictObject({
  expired: z.int().openapi({ description: "Unfinished uploads deleted." }),
  unlinked: z.int().openapi({
    description: "Files deleted that no conversation links.",
  }),
  objects: z.int().openapi({ description: "Objects removed from Storage." }),
  rows: z.int().openapi({
    description:
      "Rows of deleted files removed because their objects are gone.",
  }),
  more: z.boolean().openapi({
    description: "Whether another call has more to remove.",
  }),
}).openapi("SweepAnswer");
