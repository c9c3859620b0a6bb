/** `GET /file-download/{file_id}/metadata`: the metadata of a file, including pending files of your own. */
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

/** The file of an answer with its links, as the text that it is. */
function described(answer: string): string {
  const [, file, links] =
    /^\{"file"\s*:\s*(\{.*\})\s*,\s*"storage_path"\s*:\s*"[^"]*"\s*,\s*"links"\s*:\s*(null|\[.*\])\s*\}$/s
      .exec(answer) ?? [];
  if (file === undefined) throw new Error("read_file answered something else");
  return `${file.slice(0, -1)},"links":${links}}`;
}
