/** `PATCH /file-upload/{file_id}`: renames a file or changes its metadata. */
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { File, FilePath } from "../_shared/wire/file.ts";
import { cleanFileName } from "../_shared/files/file_name.ts";
import { MAX_RESERVATION_BYTES, RenameRequest } from "./schemas.ts";

export const renameFile = userRoute({
  operationId: "renameFile",
  tag: "Files",
  patch: "/{file_id}",
  summary: "Rename a file that you own, or change its metadata",
  description:
    "`metadata` is a merge patch (RFC 7396): its members are added or replace existing ones, and a null member is " +
    "removed.",
  params: FilePath,
  body: { schema: RenameRequest, maxBytes: MAX_RESERVATION_BYTES },
  answers: { 200: ["The changed file.", File] },
  problems: ["not_found"],
}, async (c, { params, body: { original_name, metadata } }) =>
  json(
    c,
    await call(c, "rename_file", {
      ...params,
      original_name: original_name === undefined
        ? undefined
        : cleanFileName(original_name),
      metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
    }),
  ));
