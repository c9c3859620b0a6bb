/** The files of a UIMessage. */
import type { UIMessage } from "ai";
import type { CallOptions } from "../../types.ts";
import { withoutLink } from "../shared/file_links.ts";
import { addFileId, type MessageFiles } from "../shared/message_files.ts";

type Part = UIMessage["parts"][number];

/** A part that has a file, of a message or of a steering message within it. */
interface FilePart {
  type: "file" | "reasoning-file";
  mediaType: string;
  filename?: string;
  url: string;
}

/** The message as it is stored: large files are uploaded, and referred to. */
export async function withStoredFiles<M extends UIMessage>(
  message: M,
  files: MessageFiles,
): Promise<{ message: M; fileIds: string[] }> {
  const fileIds: string[] = [];
  const parts = await mapFiles(message.parts, async (part) => {
    const url = await files.stored(part.url, part.filename);
    addFileId(fileIds, url);
    return { ...part, url };
  });
  return { message: { ...message, parts }, fileIds };
}

/** The message with its files, as it was before it was stored. */
export async function withRestoredFiles<M extends UIMessage>(
  message: M,
  files: MessageFiles,
  options: CallOptions,
): Promise<M> {
  const parts = await mapFiles(message.parts, async (part) => {
    const url = await files.restored(part.url, options);
    // No model takes a file that cannot be read, and the chat has to go on.
    return url === null
      ? { type: "text", text: `[The file ${part.filename ?? ""} is gone]` }
      : { ...part, url };
  });
  return { ...message, parts };
}

/** A message as it is compared: a link is another one each time, so what it refers to counts. */
export function withoutLinks<M extends UIMessage>(message: M): M {
  const compared = <P extends Part>(part: P): P =>
    hasFile(part) ? { ...part, url: withoutLink(part.url) } : part;
  const parts = message.parts.map((part) =>
    part.type === "steering-message"
      ? { ...part, parts: part.parts.map(compared) }
      : compared(part)
  );
  return { ...message, parts };
}

async function mapFiles(
  parts: readonly Part[],
  change: (part: FilePart) => Promise<FilePart | Part>,
): Promise<Part[]> {
  const changed: Part[] = [];
  for (const part of parts) {
    if (hasFile(part)) changed.push(await change(part) as Part);
    else if (part.type === "steering-message") {
      const inner = await mapFiles(part.parts, change);
      changed.push({ ...part, parts: inner as typeof part.parts });
    } else changed.push(part);
  }
  return changed;
}

function hasFile(part: Part): part is Part & FilePart {
  return part.type === "file" || part.type === "reasoning-file";
}
