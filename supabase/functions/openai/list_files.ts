/** `GET /openai/v1/files`. */
import { z } from "@hono/zod-openapi";
import { frontRoute, json } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import { queryOf, wholeNumber } from "../_shared/wire/rules.ts";
import { FileObject, fileText, Purpose, type StoredFile } from "./file.ts";
import { fileId, fileUuid } from "./ids.ts";
import { After, listOf, listText } from "./list.ts";

/** As OpenAI's. A page has a hundred at most, whatever is asked for. */
const MAX_LIMIT = 10_000;

const Query = queryOf({
  after: After,
  limit: wholeNumber(1, MAX_LIMIT).default(MAX_LIMIT).openapi({
    description: "A page has at most 100 files: check `has_more`.",
  }),
  order: z.enum(["asc", "desc"]).default("desc").openapi({
    description: "By `created_at`.",
  }),
  purpose: Purpose.optional(),
});

export const listFiles = frontRoute({
  operationId: "listFiles",
  tag: "Files",
  get: "/v1/files",
  summary: "List your files",
  query: Query,
  answers: { 200: ["A page of files.", listOf(FileObject, "FileList")] },
  problems: ["not_found"],
}, async (c, { query: { after, limit, order, purpose } }) => {
  const last: StoredFile | null = after === undefined
    ? null
    : JSON.parse(await call(c, "read_file", { file_id: fileUuid(after) })).file;
  const page: { files: StoredFile[]; last: unknown } = JSON.parse(
    await call(c, "list_files", {
      max_files: limit,
      before_created_at: last?.created_at,
      before_id: last?.id,
      oldest_first: order === "asc",
      metadata: purpose && JSON.stringify({ purpose }),
    }),
  );
  return json(
    c,
    listText(
      page.files.map((file) => ({ id: fileId(file.id), text: fileText(file) })),
      page.last !== null,
    ),
  );
});
