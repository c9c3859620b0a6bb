/** `GET /file-download`: lists the caller's files, or those of a conversation. */
import { decodeCursor, encodeCursor } from "../_shared/http/pagination.ts";
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { FileList, FileListQuery, FilePosition } from "./schemas.ts";

export const listFiles = userRoute({
  operationId: "listFiles",
  tag: "Files",
  get: "/",
  summary: "List files",
  query: FileListQuery,
  answers: {
    200: [
      "A page of the list. `next_cursor` is null on the last page.",
      FileList,
    ],
  },
  problems: ["invalid_cursor"],
}, async (c, { query: { cursor, limit, continuation_id } }) => {
  const position = cursor === undefined
    ? null
    : decodeCursor(cursor, FilePosition);
  const { files, has_more } = JSON.parse(
    await call(c, "list_files", {
      continuation_id,
      before_created_at: position?.created_at,
      before_id: position?.id,
      max_files: limit,
    }),
  );
  const last = has_more ? files.at(-1) : undefined;
  const next_cursor = last
    ? encodeCursor({ created_at: last.created_at, id: last.id })
    : null;
  return json(c, JSON.stringify({ files, next_cursor }));
});
