/** `PATCH /file-upload/{file_id}`: another name, other metadata. */
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { File, FilePath } from "../_shared/wire/file.ts";
import { cleanFileName } from "./file_name.ts";
import { MAX_RESERVATION_BYTES, RenameRequest } from "./schemas.ts";

export const renameFile = userRoute({
  operationId: "renameFile",
  tag: "Files",
  patch: "/{file_id}",
  summary: "Rename a file of yours, or change its metadata",
  description:
    "`metadata` is a merge patch (RFC 7396): members are added or replaced, and removed where they are null.",
  params: FilePath,
  body: { schema: RenameRequest, maxBytes: MAX_RESERVATION_BYTES },
  answers: { 200: ["The file.", File] },
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
