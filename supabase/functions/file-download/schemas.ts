/** The requests and responses of file-download. */
import { z } from "@hono/zod-openapi";
import { CursorTime } from "../_shared/http/pagination.ts";
import { ContinuationId } from "../_shared/wire/conversation.ts";
import { File } from "../_shared/wire/file.ts";
import { queryOf, wholeNumber } from "../_shared/wire/rules.ts";

/** A conversation that links a file. Only the file's owner sees it. */
const FileLink = z.strictObject({
  conversation_id: z.guid(),
  conversation_owner_id: z.guid(),
  attached_by: z.guid().nullable(),
  attached_at: z.string().openapi({ format: "date-time" }),
  links: z.int().openapi({
    description:
      "How many links there are: from the conversation itself and from its messages.",
  }),
}).openapi("FileLink");

export const DescribedFile = z.strictObject({
  ...File.shape,
  links: z.array(FileLink).nullable().openapi({
    description:
      "The 100 newest conversations that link the file, for its owner. Null for anybody else.",
  }),
}).openapi("DescribedFile");

export const UrlQuery = queryOf({
  expires_in: wholeNumber(60, 3600).default(300).openapi({
    description: "For how many seconds the URL is valid.",
  }),
  redirect: z.enum(["true", "false"]).default("false").openapi({
    description: "Whether to redirect to the URL instead of returning it.",
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

/** The position in the list that a cursor encodes. */
export const FilePosition = z.strictObject({
  created_at: CursorTime,
  id: z.guid(),
});

export const FileList = z.strictObject({
  files: z.array(File).openapi({ description: "Newest first." }),
  next_cursor: z.string().nullable(),
}).openapi("FileList");
