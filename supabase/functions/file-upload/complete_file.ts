/** `POST /file-upload/{file_id}/complete`: makes a file ready that was sent straight to Storage. */
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
      "Idempotent. The first bytes are looked at before the file is ready: what is neither text, an image nor a PDF " +
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
