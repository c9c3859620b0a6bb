/** Messages of runtimes that have a storage format of their own, such as the AI SDK's. */
import type {
  MessageFormatAdapter,
  MessageFormatItem,
} from "@assistant-ui/react";
import type { UIMessage } from "ai";
import type { Message, MessageInput } from "../../types.ts";
import { withRestoredFiles, withStoredFiles } from "../ai-sdk/files.ts";
import { messageOf, rowOf } from "../ai-sdk/row.ts";
import { escaped, restored } from "../shared/exact_json.ts";
import type { MessageFiles } from "../shared/message_files.ts";
import {
  type Codec,
  isShown,
  MARK,
  type Mark,
  markOf,
  named,
  nameOf,
} from "./codec.ts";

const ROLES: readonly unknown[] = [
  "system",
  "developer",
  "user",
  "assistant",
  "tool",
];

export function formattedMessages<M, S extends Record<string, unknown>>(
  format: MessageFormatAdapter<M, S>,
  files: MessageFiles,
): Codec<MessageFormatItem<M>> {
  // UIMessages are stored as /ai-sdk does, so that either can read what the other has stored.
  const storesUiMessages = format.format.startsWith("ai-sdk/");
  return {
    idOf: ({ message }) => format.getId(message),

    async write(item) {
      const id = format.getId(item.message);
      const content = format.encode(item);
      if (storesUiMessages && isUiMessage(content)) {
        const { message, fileIds } = await withStoredFiles(
          { ...content, id },
          files,
        );
        return (idInMetadata) =>
          rowOf(message, { fileIds, idInMetadata, stopped: false });
      }
      const mark: Mark = {
        type: MARK,
        format: format.format,
        message: content,
      };
      const { role } = content;
      return (idInMetadata) => ({
        role: (ROLES.includes(role) ? role : "user") as MessageInput["role"],
        parts: [escaped(mark) as object],
        ...named(escaped(id) as string, idInMetadata),
      });
    },

    idIn(row) {
      const { mark } = markOf(row);
      if (row.erased_at !== null) return null;
      if (mark?.format === format.format) {
        return restored(nameOf(row)) as string;
      }
      const isUi = storesUiMessages && mark === null && isShown(row);
      return isUi ? messageOf(row)?.id ?? null : null;
    },

    async read(row, id, parentId) {
      return format.decode({
        id,
        parent_id: parentId,
        format: format.format,
        content: await contentOf(row) as S,
      });
    },
  };

  async function contentOf(row: Message): Promise<Record<string, unknown>> {
    const { mark } = markOf(row);
    if (mark !== null) {
      return restored(mark.message) as Record<string, unknown>;
    }
    const { id: _, ...content } = await withRestoredFiles(
      messageOf(row)!,
      files,
      {},
    );
    return content;
  }
}

/** Whether a content is a UIMessage without its id, and nothing else. */
function isUiMessage(
  content: Record<string, unknown>,
): content is Omit<UIMessage, "id"> & Record<string, unknown> {
  return ["system", "user", "assistant"].includes(String(content.role)) &&
    Array.isArray(content.parts) &&
    Object.keys(content).every((name) =>
      ["role", "parts", "metadata"].includes(name)
    );
}
