/** `GET /openai/v1/files/{file_id}`. */
import { frontRoute, json } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { FileObject, FilePath, fileText } from "./file.ts";
import { fileUuid } from "./ids.ts";

export const retrieveFile = frontRoute({
  operationId: "retrieveFile",
  tag: "Files",
  get: "/v1/files/{file_id}",
  summary: "Describe a file",
  params: FilePath,
  answers: { 200: ["The file.", FileObject] },
  problems: ["not_found"],
}, async (c, { params }) => {
  const { file } = JSON.parse(
    await call(c, "read_file", { file_id: fileUuid(params.file_id) }),
  );
  return json(c, fileText(file));
});
