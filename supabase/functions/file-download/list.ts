/** `GET /file-download`: the caller's files, or those of a conversation. */
import { createRoute } from "@hono/zod-openapi";
import { requireUser } from "../_shared/auth.ts";
import { databaseAnswer } from "../_shared/database_errors.ts";
import { acceptsJson } from "../_shared/negotiation.ts";
import { problems, userProblems, userSecurity } from "../_shared/openapi.ts";
import { decodeCursor, encodeCursor } from "../_shared/pagination.ts";
import { createRouter } from "../_shared/router.ts";
import {
  FileList,
  FileListQuery,
  FilePosition,
  ListedFiles,
} from "./schemas.ts";

const listFiles = createRoute({
  operationId: "listFiles",
  method: "get",
  path: "/",
  summary: "List files",
  security: userSecurity,
  middleware: [acceptsJson, requireUser] as const,
  request: { query: FileListQuery },
  responses: {
    200: {
      description: "A page of the list; next_cursor is null on the last.",
      content: { "application/json": { schema: FileList } },
    },
    ...problems(...userProblems, "invalid_cursor"),
  },
});

export const list = createRouter();

list.openapi(listFiles, async (c) => {
  const { cursor, limit, continuation_id } = c.req.valid("query");
  const position = cursor === undefined
    ? null
    : decodeCursor(cursor, FilePosition);

  const found = await databaseAnswer(
    c.var.db.rpc("list_files", {
      continuation_id,
      before_created_at: position?.created_at,
      before_id: position?.id,
      max_files: limit,
    }),
  );

  const { files, has_more } = ListedFiles.parse(found);
  const last = has_more ? files.at(-1) : undefined;
  const next_cursor = last
    ? encodeCursor({ created_at: last.created_at, id: last.id })
    : null;
  return c.json({ files, next_cursor }, 200);
});
