/** The requests and answers of file-download. */
import { z } from "@hono/zod-openapi";
import { CursorTime } from "../_shared/http/pagination.ts";
import { ContinuationId } from "../_shared/wire/conversation.ts";
import { File } from "../_shared/wire/file.ts";
import { queryOf, wholeNumber } from "../_shared/wire/rules.ts";

/** The answer of the SQL function read_file. */
export const Located = z.strictObject({ file: File, storage_path: z.string() });

export const UrlQuery = queryOf({
  expires_in: wholeNumber(60, 3600).default(300).openapi({
    description: "For how many seconds the URL is valid.",
  }),
  redirect: z.enum(["true", "false"]).default("false").openapi({
    description:
      "Whether to redirect to the URL (302) instead of returning it.",
  }),
});

export const SignedUrl = z.strictObject({
  url: z.string(),
  expires_at: z.string().openapi({ format: "date-time" }),
}).openapi("SignedUrl");

export const FileListQuery = queryOf({
  cursor: z.string().max(500).optional().openapi({
    description: "The `next_cursor` of the previous page.",
  }),
  limit: wholeNumber(1, 100).default(20),
  continuation_id: ContinuationId.optional().openapi({
    description:
      "Lists the files of this conversation, whoever owns them, instead of your own.",
  }),
});

/** What a cursor of the list encodes. */
export const FilePosition = z.strictObject({
  created_at: CursorTime,
  id: z.guid(),
});

export const FileList = z.strictObject({
  files: z.array(File).openapi({ description: "Newest first." }),
  next_cursor: z.string().nullable(),
}).openapi("FileList");
