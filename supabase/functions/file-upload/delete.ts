/** `DELETE /file-upload/{file_id}`. */
import { createRoute, z } from "@hono/zod-openapi";
import { requireUser } from "../_shared/auth.ts";
import { databaseAnswer } from "../_shared/database_errors.ts";
import { FilePath } from "../_shared/file_schemas.ts";
import { problems, userProblems, userSecurity } from "../_shared/openapi.ts";
import { createRouter } from "../_shared/router.ts";
import { removeObject } from "./remove.ts";

const deleteFile = createRoute({
  operationId: "deleteFile",
  method: "delete",
  path: "/{file_id}",
  summary: "Delete a file of yours, wherever it is linked",
  security: userSecurity,
  middleware: [requireUser] as const,
  request: { params: FilePath },
  responses: {
    204: { description: "Gone, and its quota given back." },
    ...problems(...userProblems, "not_found"),
  },
});

/** What delete_file answers. */
const Deleted = z.strictObject({
  bucket: z.string(),
  storage_path: z.string(),
});

export const remove = createRouter();

remove.openapi(deleteFile, async (c) => {
  const { file_id } = c.req.valid("param");
  const deleted = Deleted.parse(
    await databaseAnswer(c.var.db.rpc("delete_file", { file_id })),
  );
  await removeObject(c, deleted.bucket, deleted.storage_path);
  return c.body(null, 204);
});
