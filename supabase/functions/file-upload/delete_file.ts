/** `DELETE /file-upload/{file_id}`. */
import { userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { FilePath } from "../_shared/wire/file.ts";
import { removeObject } from "./remove.ts";

export const deleteFile = userRoute({
  operationId: "deleteFile",
  tag: "Files",
  delete: "/{file_id}",
  summary: "Delete one of your files, even if it is linked",
  params: FilePath,
  answers: { 204: ["The file is deleted, and its quota is free again."] },
  problems: ["not_found"],
}, async (c, { params }) => {
  const { bucket, storage_path } = JSON.parse(
    await call(c, "delete_file", params),
  );
  await removeObject(c, bucket, storage_path);
  return c.body(null, 204);
});
