/** The tool `file_write`. */
import { z } from "@hono/zod-openapi";
import { File } from "../../_shared/wire/file.ts";
import { fitsUtf8 } from "../../_shared/wire/rules.ts";
import { characters, conversationName } from "../shown.ts";
import { askFunction } from "../siblings.ts";
import { tool } from "../tool.ts";

const MAX_BYTES = 1024 * 1024;

/** What file-upload answers. */
const Stored = z.object({ file: File, deduplicated: z.boolean() });

export const fileWrite = tool({
  name: "file_write",
  title: "Store a text file",
  description:
    "Stores a text as a file of the user's: a report, source code, notes, a table. Use it for what is too long or too " +
    "important to be only a message. With continuation_id the file is linked to that conversation, and everybody who " +
    "may read the conversation may read the file. Files are never replaced: another text under the same name is " +
    "another file. Storing the same text under the same name again returns the file that is there.",
  input: z.strictObject({
    name: characters(1, 255).meta({
      description: "The file's name, such as report.md. No path.",
    }),
    text: z.string().refine((value) => fitsUtf8(value, MAX_BYTES), {
      error: "Must be at most 1 MiB of UTF-8.",
    }).meta({ description: "Up to 1 MiB of UTF-8." }),
    continuation_id: conversationName(
      "An existing conversation to link the file to.",
    ).optional(),
  }),
  output: z.strictObject({
    file_id: z.guid(),
    name: z.string(),
    mime_type: z.string(),
    size_bytes: z.int(),
    sha256: z.string().nullable(),
    deduplicated: z.boolean().meta({
      description: "Whether the same file was already stored.",
    }),
  }),
  effect: "writes once",
}, async (c, { name, text, continuation_id }) => {
  const query = continuation_id === undefined
    ? ""
    : `?${new URLSearchParams({ continuation_id })}`;
  const response = await askFunction(c, "file-upload", query, {
    method: "POST",
    // The type of a text follows from the name.
    headers: {
      "Content-Type": "application/octet-stream",
      "X-File-Name": encodeURIComponent(name),
    },
    body: text,
  });
  const { file, deduplicated } = Stored.parse(await response.json());
  return {
    file_id: file.id,
    name: file.original_name,
    mime_type: file.mime_type,
    size_bytes: file.size_bytes,
    sha256: file.sha256,
    deduplicated,
  };
});
