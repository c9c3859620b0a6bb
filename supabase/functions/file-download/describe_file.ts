/** `GET /file-download/{file_id}/metadata`: describes a file. Owners can describe pending files too. */
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { FilePath } from "../_shared/wire/file.ts";
import { DescribedFile } from "./schemas.ts";

export const describeFile = userRoute(
  {
    operationId: "describeFile",
    tag: "Files",
    get: "/{file_id}/metadata",
    summary: "Describe a file",
    params: FilePath,
    answers: { 200: ["The file's metadata, with an ETag.", DescribedFile] },
    problems: ["not_found"],
    conditional: true,
  },
  async (c, { params }) =>
    json(c, described(await call(c, "read_file", params))),
);

/**
 * The file and its links as one object. The text of both stays as the database wrote it, because JavaScript would
 * round numbers in the metadata.
 */
function described(answer: string): string {
  const [, file, links] =
    /^\{"file":(\{.*)\},"storage_path":"[^"]*","links":(null|\[.*\])\}$/s
      .exec(answer) ?? [];
  if (file === undefined) throw new Error("read_file returned another shape");
  return `${file},"links":${links}}`;
}
