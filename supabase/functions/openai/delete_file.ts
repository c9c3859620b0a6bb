/** `DELETE /openai/v1/files/{file_id}`. */
import { z } from "@hono/zod-openapi";
import { deleteStoredFile } from "../_shared/files/remove.ts";
import { frontRoute, json } from "../_shared/http/route.ts";
import { FilePath } from "./file.ts";
import { fileId, fileUuid } from "./ids.ts";

const Deleted = z.strictObject({
  id: z.string(),
  object: z.literal("file"),
  deleted: z.literal(true),
}).openapi("FileDeleted");

export const deleteFile = frontRoute({
  operationId: "deleteFile",
  tag: "Files",
  delete: "/v1/files/{file_id}",
  summary: "Delete a file that you own",
  params: FilePath,
  answers: { 200: ["The file is deleted.", Deleted] },
  problems: ["not_found"],
}, async (c, { params }) => {
  const uuid = fileUuid(params.file_id);
  await deleteStoredFile(c, uuid);
  return json(
    c,
    JSON.stringify({ id: fileId(uuid), object: "file", deleted: true }),
  );
});
