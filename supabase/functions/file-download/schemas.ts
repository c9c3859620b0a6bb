/** What file-download takes and answers. */
import { z } from "@hono/zod-openapi";
import { CursorTime } from "../_shared/http/pagination.ts";
import { ContinuationId } from "../_shared/wire/conversation.ts";
import { File } from "../_shared/wire/file.ts";
import { queryOf, wholeNumber } from "../_shared/wire/rules.ts";

/** A conversation that links a file, for the file's owner. */
const FileLink = z.strictObject({
  conversation_id: z.guid(),
  conversation_owner_id: z.guid(),
  attached_by: z.guid().nullable(),
  attached_at: z.string().openapi({ format: "date-time" }),
  links: z.int().openapi({
    description: "How often: by the conversation and by messages of it.",
  }),
}).openapi("FileLink");

export const DescribedFile = z.strictObject({
  ...File.shape,
  links: z.array(FileLink).nullable().openapi({
    description:
      "For the owner: the conversations that link the file, newest first, up to 100. Null for others.",
  }),
}).openapi("DescribedFile");

export const UrlQuery = queryOf({
  expires_in: wholeNumber(60, 3600).default(300).openapi({
    description: "Seconds.",
  }),
  redirect: z.enum(["true", "false"]).default("false").openapi({
    description: "Answer 302 to the URL instead of naming it.",
  }),
});

export const SignedUrl = z.strictObject({
  url: z.string(),
  expires_at: z.string().openapi({ format: "date-time" }),
}).openapi("SignedUrl");

export const FileListQuery = queryOf({
  cursor: z.string().max(500).optional().openapi({
    description: "next_cursor of the page before.",
  }),
  limit: wholeNumber(1, 100).default(20),
  continuation_id: ContinuationId.optional().openapi({
    description:
      "The files of this conversation, whoever owns them, instead of your own.",
  }),
});

/** What a cursor of the list stands for. */
export const FilePosition = z.strictObject({
  created_at: CursorTime,
  id: z.guid(),
});

export const FileList = z.strictObject({
  files: z.array(File).openapi({ description: "Newest first." }),
  next_cursor: z.string().nullable(),
}).openapi("FileList");
