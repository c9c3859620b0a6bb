/** `GET /file-download/{file_id}/metadata`: the metadata of a file, including pending files of your own. */
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { File, FilePath } from "../_shared/wire/file.ts";

export const describeFile = userRoute({
  operationId: "describeFile",
  tag: "Files",
  get: "/{file_id}/metadata",
  summary: "Describe a file",
  params: FilePath,
  answers: { 200: ["The file's metadata, with an ETag.", File] },
  problems: ["not_found"],
  conditional: true,
}, async (c, { params }) => {
  const { file } = JSON.parse(await call(c, "read_file", params));
  return json(c, JSON.stringify(file));
});
