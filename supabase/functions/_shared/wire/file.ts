/** File as it is sent. */
import { z } from "@hono/zod-openapi";
import { JsonObject } from "./conversation.ts";

const Timestamp = z.string().openapi({ format: "date-time" });

export const File = z.strictObject({
  id: z.guid(),
  owner_id: z.guid(),
  bucket: z.enum(["user-files", "generated-files"]),
  original_name: z.string(),
  mime_type: z.string().openapi({
    description: "By the content; for text, as declared or by the name.",
  }),
  declared_type: z.string().nullable().openapi({
    description: "Content-Type as it was sent.",
  }),
  type_parameters: z.string().nullable().openapi({
    description: "Parameters of the type, such as charset=iso-8859-1.",
  }),
  size_bytes: z.int(),
  sha256: z.string().nullable().openapi({ description: "Lower-case hex." }),
  digest_verified: z.boolean().openapi({
    description:
      "Whether `sha256` was computed from the stored bytes, and not only announced.",
  }),
  file_type: z.enum(["user_upload", "generated"]),
  status: z.enum(["pending", "ready", "deleted"]),
  metadata: JsonObject,
  created_at: Timestamp,
  updated_at: Timestamp,
}).openapi("File", {
  example: {
    id: "b1c2d3e4-5f60-4718-92a3-b4c5d6e7f801",
    owner_id: "8d3a6f1e-2b7c-4f0d-a1e9-6c5b4d3e2f10",
    bucket: "user-files",
    original_name: "report.pdf",
    mime_type: "application/pdf",
    size_bytes: 1048576,
    sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    digest_verified: true,
    file_type: "user_upload",
    status: "ready",
    metadata: {},
    created_at: "2026-11-25T10:00:00.123456+00:00",
    updated_at: "2026-11-25T10:00:00.123456+00:00",
  },
});

export type File = z.infer<typeof File>;

/** The path of one file. */
export const FilePath = z.object({
  file_id: z.guid().openapi({ param: { name: "file_id", in: "path" } }),
});
