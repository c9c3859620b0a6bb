/** `GET /file-download/{file_id}/metadata`: the row of a file, pending ones of your own included. */
import { createRoute } from "@hono/zod-openapi";
import { requireUser } from "../_shared/auth.ts";
import { conditional } from "../_shared/conditional.ts";
import { databaseAnswer } from "../_shared/database_errors.ts";
import { File, FilePath } from "../_shared/file_schemas.ts";
import { acceptsJson } from "../_shared/negotiation.ts";
import { problems, userProblems, userSecurity } from "../_shared/openapi.ts";
import { createRouter } from "../_shared/router.ts";
import { Located } from "./schemas.ts";

const describeFile = createRoute({
  operationId: "describeFile",
  method: "get",
  path: "/{file_id}/metadata",
  summary: "Describe a file",
  security: userSecurity,
  middleware: [acceptsJson, requireUser, conditional] as const,
  request: { params: FilePath },
  responses: {
    200: {
      description: "Its row.",
      content: { "application/json": { schema: File } },
    },
    304: { description: "The row is the one that If-None-Match names." },
    ...problems(...userProblems, "not_found"),
  },
});

export const describe = createRouter();

describe.openapi(describeFile, async (c) => {
  const { file_id } = c.req.valid("param");
  const { file } = Located.parse(
    await databaseAnswer(c.var.db.rpc("read_file", { file_id })),
  );
  return c.json(file, 200);
});
