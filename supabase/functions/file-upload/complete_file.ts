/** `POST /file-upload/{file_id}/complete`: makes a file ready whose bytes were sent directly to Storage. */
import { json, userRoute } from "../_shared/http/route.ts";
import { FilePath } from "../_shared/wire/file.ts";
import { completeUpload } from "./inspect.ts";
import { Stored } from "./schemas.ts";

export const completeFile = userRoute(
  {
    operationId: "completeFile",
    tag: "Files",
    post: "/{file_id}/complete",
    summary: "Make a reserved file ready once its bytes are in Storage",
    description:
      "Idempotent. The content is checked before the file becomes ready. A file that is not text, an image or a PDF " +
      "is refused and removed.",
    params: FilePath,
    answers: { 200: ["The file is ready.", Stored] },
    problems: [
      "not_found",
      "upload_incomplete",
      "upload_mismatch",
      "quota_exceeded",
      "type_mismatch",
    ],
  },
  async (c, { params }) =>
    json(c, (await completeUpload(c, params.file_id)).text),
);
