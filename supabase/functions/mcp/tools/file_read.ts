/** The tool `file_read`. */
import { z } from "@hono/zod-openapi";
import { Problem } from "../../_shared/problems/problem.ts";
import {
  decodePiece,
  describeFile,
  headOf,
  isText,
  readBytes,
} from "../files.ts";
import { askFunction } from "../siblings.ts";
import { tool } from "../tool.ts";

const DEFAULT_BYTES = 20_000;
const MAX_BYTES = 100_000;

/** What file-download/{file_id}/url answers. */
const SignedUrl = z.object({ url: z.string(), expires_at: z.string() });

export const fileRead = tool({
  name: "file_read",
  title: "Read a text file",
  description:
    "Reads a stored text file, or a piece of it. Use it for the file_ids of messages and for files that `file_write` " +
    "returned. A long file comes in pieces: call again with offset = next_offset. An image, a PDF or another binary " +
    "file is refused with a URL at which its bytes can be fetched for five minutes.",
  input: z.strictObject({
    file_id: z.guid(),
    offset: z.int().min(0).default(0).meta({
      description: "Where to begin, in bytes.",
    }),
    max_bytes: z.int().min(4).max(MAX_BYTES).default(DEFAULT_BYTES),
  }),
  output: z.strictObject({
    file_id: z.guid(),
    name: z.string(),
    mime_type: z.string(),
    size_bytes: z.int(),
    text: z.string(),
    next_offset: z.int().nullable().meta({
      description: "Where the rest begins; null at the end of the file.",
    }),
  }),
  effect: "reads",
}, async (c, { file_id, offset, max_bytes }) => {
  const file = await describeFile(c, file_id);
  if (!isText(file)) {
    const response = await askFunction(
      c,
      "file-download",
      `/${file_id}/url?expires_in=300`,
    );
    const { url, expires_at } = SignedUrl.parse(await response.json());
    throw new Problem("unsupported_media_type", {
      detail:
        `${file.original_name} is ${file.mime_type}, which this tool cannot return as text. Fetch its bytes from the URL.`,
      url,
      expires_at,
    });
  }
  const bytes = await readBytes(c, file, offset, max_bytes);
  const isLast = offset + bytes.length >= file.size_bytes;
  const head = await headOf(c, file, bytes, offset);
  const { text, size } = decodePiece(
    bytes,
    file.type_parameters,
    isLast,
    head,
  );
  return {
    file_id,
    name: file.original_name,
    mime_type: file.mime_type,
    size_bytes: file.size_bytes,
    text,
    next_offset: isLast ? null : offset + size,
  };
});
