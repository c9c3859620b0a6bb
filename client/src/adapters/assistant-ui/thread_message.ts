/** Messages of assistant-ui's own runtimes: ThreadMessage. */
import type { ExportedMessageRepositoryItem } from "@assistant-ui/react";
import type { Message } from "../../types.ts";
import { escaped, restored } from "../shared/exact_json.ts";
import { addFileId, type MessageFiles } from "../shared/message_files.ts";
import {
  type Codec,
  isShown,
  MARK,
  type Mark,
  markOf,
  named,
  nameOf,
} from "./codec.ts";

type Part = Record<string, unknown>;

export function threadMessages(
  files: MessageFiles,
): Codec<ExportedMessageRepositoryItem> {
  return {
    idOf: ({ message }) => message.id,

    async write({ message, runConfig }) {
      const { id, role, content, ...others } = message;
      const fileIds: string[] = [];
      const store = async (url: string, name?: string) => {
        const stored = await files.stored(url, name);
        addFileId(fileIds, stored);
        return stored;
      };
      const rest: Record<string, unknown> = others;
      if (role === "user") {
        // A File cannot be stored. Its content can.
        rest.attachments = await Promise.all(
          message.attachments.map(async ({ file: _, ...attachment }) => ({
            ...attachment,
            content: await withUrls(attachment.content as Part[], store),
          })),
        );
      }
      const mark: Mark = { type: MARK, message: rest };
      if (runConfig !== undefined) mark.runConfig = runConfig;
      const parts = [
        ...await withUrls(content as unknown as Part[], store),
        mark,
      ];
      return (idInMetadata) => ({
        role,
        parts: escaped(parts) as object[],
        ...fileIds.length > 0 && { file_ids: fileIds },
        ...named(escaped(id) as string, idInMetadata),
      });
    },

    idIn(row) {
      const isOther = markOf(row).mark?.format !== undefined;
      return isShown(row) && !isOther ? restored(nameOf(row)) as string : null;
    },

    async read(row, id, parentId) {
      const { mark, parts } = restored(markOf(row)) as ReturnType<
        typeof markOf
      >;
      if (mark === null) return { parentId, message: fromText(row, id) };
      const restore = async (url: string) =>
        await files.restored(url, {}) ?? url;
      const message = revived({
        id,
        role: row.role,
        content: await withUrls(parts, restore),
        ...mark.message,
      });
      if (Array.isArray(message.attachments)) {
        message.attachments = await Promise.all(
          message.attachments.map(async (attachment: Part) => ({
            ...attachment,
            content: await withUrls(attachment.content as Part[], restore),
          })),
        );
      }
      return {
        parentId,
        message,
        ...mark.runConfig !== undefined && { runConfig: mark.runConfig },
      } as unknown as ExportedMessageRepositoryItem;
    },
  };
}

/** The parts with another URL in place of that of each image and file. */
async function withUrls(
  parts: readonly Part[] | undefined,
  change: (url: string, name?: string) => Promise<string>,
): Promise<Part[]> {
  const changed: Part[] = [];
  for (const part of parts ?? []) {
    const member = { image: "image", file: "data" }[String(part.type)];
    const url = member && part[member];
    if (member === undefined || typeof url !== "string") changed.push(part);
    else {
      const name = part.filename as string | undefined;
      changed.push({ ...part, [member]: await change(url, name) });
    }
  }
  return changed;
}

/** A message, and those of agents within its tool calls, with dates in place of their texts. */
function revived(message: Part): Part {
  return {
    ...message,
    createdAt: new Date(message.createdAt as string),
    content: (message.content as Part[]).map((part) =>
      Array.isArray(part.messages)
        ? { ...part, messages: part.messages.map(revived) }
        : part
    ),
  };
}

/** A message that another client has stored, by its text. */
function fromText(
  row: Message,
  id: string,
): ExportedMessageRepositoryItem["message"] {
  const texts = (row.parts ?? []).flatMap(({ type, text }) =>
    type === "text" && typeof text === "string" ? [text] : []
  );
  if (row.content) texts.unshift(row.content);
  const content = texts.map((text) => ({ type: "text" as const, text }));
  const common = { id, createdAt: new Date(row.created_at) };
  switch (row.role) {
    case "user":
      return {
        ...common,
        role: "user",
        content,
        attachments: [],
        metadata: { custom: {} },
      };
    case "assistant":
      return {
        ...common,
        role: "assistant",
        content,
        status: { type: "complete", reason: "unknown" },
        metadata: {
          unstable_state: null,
          unstable_annotations: [],
          unstable_data: [],
          steps: [],
          custom: {},
        },
      };
    default:
      return {
        ...common,
        role: "system",
        content: [{ type: "text", text: texts.join("\n") }],
        metadata: { custom: {} },
      };
  }
}
