/** `POST /file-upload/{file_id}/complete`: makes a file ready that was uploaded directly to Storage. */
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { FilePath } from "../_shared/wire/file.ts";
import { verifyStoredContent } from "./inspect.ts";
import { Stored } from "./schemas.ts";

export const completeFile = userRoute({
  operationId: "completeFile",
  tag: "Files",
  post: "/{file_id}/complete",
  summary: "Complete a reserved file once its bytes are in Storage",
  description:
    "Idempotent. Checks size, type and content, and makes the file ready.",
  params: FilePath,
  answers: { 200: ["The file is ready.", Stored] },
  problems: [
    "not_found",
    "upload_incomplete",
    "upload_mismatch",
    "quota_exceeded",
    "type_mismatch",
  ],
}, async (c, { params }) => {
  const answer = await call(c, "complete_file", params);
  const { file } = JSON.parse(answer);
  if (!file.digest_verified) await verifyStoredContent(c, file);
  return json(c, answer);
});
