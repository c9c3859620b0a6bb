/** Where an export goes: a folder, a file or standard output. */
import { Buffer } from "node:buffer";
import { mkdir, open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { Conversation, StoredFile } from "../../src/index.ts";
import { isObject } from "../json/look.ts";
import type { ExportHeader } from "../import/formats/continuum.ts";
import { writeWhole } from "./write_files.ts";

export type Chunks = AsyncIterable<Uint8Array>;

export interface Target {
  /** Whether an earlier export into the same place has the conversation as it is now. */
  hasConversation(conversation: Conversation): Promise<boolean>;
  conversation(conversation: Conversation, lines: Chunks): Promise<void>;
  hasFile(file: StoredFile): Promise<boolean>;
  file(file: StoredFile, bytes: Chunks): Promise<void>;
  /** All files have been written; the conversations follow. */
  files(files: StoredFile[]): Promise<void>;
  end(counts: { conversations: number; files: number }): Promise<void>;
}

/** A folder: a file for each conversation, and the files as they are. It can be exported to again. */
export async function folderTarget(
  folder: string,
  header: ExportHeader,
): Promise<Target> {
  await mkdir(join(folder, "conversations"), { recursive: true });
  await mkdir(join(folder, "files"), { recursive: true });
  const conversationPath = ({ id }: Conversation) =>
    join(folder, "conversations", `${id}.ndjson`);
  return {
    async hasConversation(conversation) {
      const known = await firstLine(conversationPath(conversation));
      // The newest change of any kind: an export of before it is another one.
      return isObject(known) && known.updated_at === conversation.updated_at &&
        known.last_seq === conversation.last_seq &&
        known.access === conversation.access;
    },
    async conversation(conversation, lines) {
      await writeWhole(conversationPath(conversation), async (file) => {
        for await (const chunk of lines) await file.write(chunk);
      });
    },
    async hasFile(file) {
      const info = await stat(join(folder, pathOf(file))).catch(() => null);
      return info !== null && info.size === file.size_bytes;
    },
    async file(file, bytes) {
      await mkdir(join(folder, "files", file.id), { recursive: true });
      await writeWhole(join(folder, pathOf(file)), async (handle) => {
        for await (const chunk of bytes) await handle.write(chunk);
      });
    },
    async files(files) {
      await writeWhole(join(folder, "files.ndjson"), async (handle) => {
        for (
          const line of [
            header,
            ...files.map((file) => ({
              type: "file",
              ...file,
              path: pathOf(file),
            })),
          ]
        ) await handle.write(`${JSON.stringify(line)}\n`);
      });
    },
    end: () => Promise.resolve(),
  };
}

/** One stream of lines, with the files in it. `-` is standard output. */
export async function streamTarget(
  path: string,
  header: ExportHeader,
): Promise<Target & { close(whole: boolean): Promise<void> }> {
  const out = path === "-" ? null : await partialFile(path);
  const write = async (chunk: string | Uint8Array) => {
    if (out !== null) {
      await out.handle.write(
        typeof chunk === "string" ? Buffer.from(chunk) : chunk,
      );
    } else if (!process.stdout.write(chunk)) {
      await new Promise<void>((resolve) =>
        process.stdout.once("drain", () => resolve())
      );
    }
  };
  const line = (value: object) => write(`${JSON.stringify(value)}\n`);
  await line(header);
  return {
    hasConversation: () => Promise.resolve(false),
    async conversation(_, lines) {
      for await (const chunk of lines) await write(chunk);
    },
    hasFile: () => Promise.resolve(false),
    async file(file, bytes) {
      await line({ type: "file", ...file });
      for await (const chunk of bytes) {
        for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
          await line({
            type: "bytes",
            base64: Buffer.from(chunk.subarray(at, at + PIECE_BYTES))
              .toString("base64"),
          });
        }
      }
    },
    files: () => Promise.resolve(),
    end: (counts) => line({ type: "end_of_export", ...counts }),
    async close(whole) {
      await out?.close(whole);
    },
  };
}

/** A line of bytes: small enough for any reader of lines. */
const PIECE_BYTES = 192 * 1024;

/** A file that appears once it is whole. */
async function partialFile(path: string) {
  const { rename, rm } = await import("node:fs/promises");
  const temporary = `${path}.part`;
  const handle = await open(temporary, "w", 0o600);
  return {
    handle,
    async close(whole: boolean) {
      if (whole) await handle.sync();
      await handle.close();
      if (whole) await rename(temporary, path);
      else await rm(temporary, { force: true });
    },
  };
}

/** The path of a file in the folder. Its name is for people; the id keeps files of one name apart. */
function pathOf({ id, original_name }: StoredFile): string {
  // What Windows does not take in names, and what would hide the file or leave the folder.
  const name = original_name.replace(/[<>:"/\\|?*\p{Cc}]/gu, "_")
    .replace(/^\.+|[. ]+$/g, "_");
  const bytes = Buffer.from(name);
  return `files/${id}/${
    bytes.length <= 200 ? name : bytes.subarray(0, 190).toString("utf8")
  }`;
}

async function firstLine(path: string): Promise<unknown> {
  try {
    const text = await readFile(path, "utf8");
    return JSON.parse(text.slice(0, text.indexOf("\n")));
  } catch {
    return null;
  }
}
