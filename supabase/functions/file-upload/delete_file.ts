/** `DELETE /file-upload/{file_id}`. */
import { userRoute } from "../_shared/http/route.ts";
import { FilePath } from "../_shared/wire/file.ts";
import { deleteStoredFile } from "../_shared/files/remove.ts";

export const deleteFile = userRoute({
  operationId: "deleteFile",
  tag: "Files",
  delete: "/{file_id}",
  summary: "Delete a file that you own, and its links",
  params: FilePath,
  answers: {
    204: [
      "The file is deleted. Its quota is freed once no other file has the same content.",
    ],
  },
  problems: ["not_found"],
}, async (c, { params }) => {
  await deleteStoredFile(c, params.file_id);
  return c.body(null, 204);
});
