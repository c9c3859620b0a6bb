/** Conversations and files as resources: `continuum://conversation/{id}` and `continuum://file/{id}`. */
import { z } from "@hono/zod-openapi";
import { encodeBase64 } from "hono/utils/encode";
import type { Context } from "hono";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { Problem } from "../_shared/problems/problem.ts";
import { ContinuationId } from "../_shared/wire/conversation.ts";
import type { File } from "../_shared/wire/file.ts";
import { findUnstorable } from "../_shared/wire/storable.ts";
import { decodePiece, describeFile, isText, readBytes } from "./files.ts";
import { MAX_MESSAGES, readPage } from "./pages.ts";
import { parseResourceUri, resourceUri } from "./resource_uri.ts";

/** The largest file that is a resource. What is larger is read by `file_read` or downloaded. */
const MAX_FILE_BYTES = 1024 * 1024;

/** How many recent conversations, and how many files, are listed. */
const LISTED = 20;

export const resourceTemplates = [
  {
    uriTemplate: resourceUri("conversation", "{id}"),
    name: "conversation",
    title: "Conversation",
    description:
      `The newest ${MAX_MESSAGES} messages of a conversation as JSON, by its continuation_id or id (percent-encoded).`,
    mimeType: "application/json",
  },
  {
    uriTemplate: resourceUri("file", "{id}"),
    name: "file",
    title: "File",
    description: "A stored file of up to 1 MiB, by its id.",
  },
];

/** The caller's most recent conversations and files. */
export async function listResources(c: Context<Env>) {
  const [conversations, files] = await Promise.all([
    call(c, "list_conversations", {
      archived: false,
      invited: false,
      max_conversations: LISTED,
    }),
    call(c, "list_files", { max_files: LISTED }),
  ]);
  return {
    resources: [
      ...JSON.parse(conversations).conversations.map(conversationResource),
      ...JSON.parse(files).files
        .filter(({ status }: File) => status === "ready").map(fileResource),
    ],
  };
}

function conversationResource(
  { id, title, last_activity_at }: {
    id: string;
    title: string;
    last_activity_at: string;
  },
) {
  return {
    // The id and not the name, which may be another conversation's to somebody else.
    uri: resourceUri("conversation", id),
    name: title,
    title,
    mimeType: "application/json",
    annotations: { lastModified: last_activity_at },
  };
}

function fileResource(file: File) {
  return {
    uri: resourceUri("file", file.id),
    name: file.original_name,
    title: file.original_name,
    mimeType: file.mime_type,
    size: file.size_bytes,
    annotations: { lastModified: file.created_at },
  };
}

/** @throws {Problem} `not_found` if there is no such resource, or the caller may not see it. */
export async function readResource(c: Context<Env>, uri: string) {
  const name = parseResourceUri(uri);
  const content = name === null
    ? null
    : name.kind === "conversation"
    ? await readConversation(c, name.id)
    : await readFile(c, name.id);
  if (content === null) throw new Problem("not_found");
  return { contents: [{ uri, ...content }] };
}

async function readConversation(c: Context<Env>, id: string) {
  if (
    !ContinuationId.safeParse(id).success || findUnstorable(id).length > 0
  ) return null;
  const page = await readPage(c, id, { limit: MAX_MESSAGES });
  if (page.conversation === null) return null;
  return { mimeType: "application/json", text: JSON.stringify(page) };
}

async function readFile(c: Context<Env>, id: string) {
  if (!z.guid().safeParse(id).success) return null;
  const file = await describeFile(c, id);
  if (file.size_bytes > MAX_FILE_BYTES) {
    throw new Problem("file_too_large", {
      detail:
        "The file is larger than 1 MiB. Read it in pieces with the tool file_read, or download it from file-download.",
    });
  }
  const bytes = await readBytes(c, file, 0, MAX_FILE_BYTES);
  return {
    mimeType: file.mime_type,
    ...(isText(file)
      ? { text: decodePiece(bytes, file.type_parameters, true).text }
      : { blob: encodeBase64(bytes.buffer) }),
  };
}
