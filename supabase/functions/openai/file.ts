/** OpenAI's File. */
import { z } from "@hono/zod-openapi";
import { epochSeconds } from "./conversation.ts";
import { fileId } from "./ids.ts";

/** What a file is for. OpenAI's are a closed list; any short name is kept here, and changes nothing. */
export const Purpose = z.string().regex(/^[\w-]{1,64}$/, {
  error: "Must be 1 to 64 letters, digits, dashes or underscores.",
}).openapi({ example: "user_data" });

export const FileObject = z.strictObject({
  id: z.string().openapi({ example: "file-b1c2d3e45f60471892a3b4c5d6e7f801" }),
  object: z.literal("file"),
  bytes: z.int(),
  created_at: z.int().openapi({ description: "In seconds since 1970." }),
  filename: z.string(),
  purpose: z.string(),
  status: z.enum(["uploaded", "processed"]).openapi({
    description: "`uploaded` until its bytes are complete.",
  }),
}).openapi("File");

export const FilePath = z.object({
  file_id: z.string().max(300).openapi({
    param: { name: "file_id", in: "path" },
  }),
});

/** What the database answers about a file, as far as it is shown. */
export interface StoredFile {
  id: string;
  size_bytes: number;
  created_at: string;
  original_name: string;
  status: string;
  metadata: { purpose?: unknown };
}

export function fileText(file: StoredFile): string {
  const { purpose } = file.metadata;
  return JSON.stringify(
    {
      id: fileId(file.id),
      object: "file",
      bytes: file.size_bytes,
      created_at: epochSeconds(file.created_at),
      filename: file.original_name,
      // Files of other doors have none.
      purpose: typeof purpose === "string" ? purpose : "user_data",
      status: file.status === "ready" ? "processed" : "uploaded",
    } satisfies z.infer<typeof FileObject>,
  );
}
