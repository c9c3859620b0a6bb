/** `GET /file-download/{file_id}/metadata`: what is known about a file, a pending one of yours included. */
import { conditional } from "../_shared/http/conditional.ts";
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { File, FilePath } from "../_shared/wire/file.ts";

export const describeFile = userRoute({
  operationId: "describeFile",
  tag: "Files",
  get: "/{file_id}/metadata",
  summary: "Describe a file",
  params: FilePath,
  answers: {
    200: ["The file's metadata.", File],
    304: ["The metadata is what If-None-Match names."],
  },
  problems: ["not_found"],
  middleware: [conditional],
}, async (c, { params }) => {
  const { file } = JSON.parse(await call(c, "read_file", params));
  return json(c, JSON.stringify(file));
});
