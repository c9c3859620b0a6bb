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
}).openapi("File");

export type File = z.infer<typeof File>;

/** The path of one file. */
export const FilePath = z.object({
  file_id: z.guid().openapi({ param: { name: "file_id", in: "path" } }),
});
