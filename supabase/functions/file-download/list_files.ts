/** `GET /file-download`: lists the caller's files, or those of a conversation. */
import { decodeCursor, withNextCursor } from "../_shared/http/pagination.ts";
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
      "A page of files. `next_cursor` is null on the last page.",
      FileList,
    ],
  },
  problems: ["invalid_cursor"],
}, async (c, { query: { cursor, limit, continuation_id } }) => {
  const position = cursor === undefined
    ? null
    : decodeCursor(cursor, FilePosition);
  return json(
    c,
    withNextCursor(
      await call(c, "list_files", {
        max_files: limit,
        continuation_id,
        before_created_at: position?.created_at,
        before_id: position?.id,
      }),
    ),
  );
});
