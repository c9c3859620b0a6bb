/** assistant-ui's AttachmentAdapter: files are uploaded as soon as they are added. */
import type {
  AttachmentAdapter,
  CompleteAttachment,
  PendingAttachment,
} from "@assistant-ui/react";
import type { Continuum } from "../../continuum.ts";
import { ContinuumError } from "../../error.ts";
import { randomName } from "../../names.ts";
import { linkTo } from "../shared/file_links.ts";

export interface AttachmentOptions {
  /** Which files can be chosen, as in the `accept` of an input. All, by default: Continuum looks at the content. */
  accept?: string | undefined;
}

/** A file of the composer. */
interface Upload {
  controller: AbortController;
  /** Once it is stored. */
  stored?: { fileId: string; isNew: boolean; type: string };
}

export function attachments(
  continuum: Continuum,
  { accept = "*" }: AttachmentOptions = {},
): AttachmentAdapter {
  const uploads = new Map<string, Upload>();

  return {
    accept,

    async *add({ file }) {
      const id = randomName();
      const upload: Upload = { controller: new AbortController() };
      uploads.set(id, upload);
      const { signal } = upload.controller;
      const progress = new Latest<number>();
      const done = continuum.files.upload(file, {
        signal,
        onProgress: ({ loaded, total }) =>
          progress.set(total === 0 ? 100 : Math.floor(100 * loaded / total)),
      }).finally(() => progress.end());
      done.catch(() => {});

      const attachment = {
        id,
        type: typeOf(file.type),
        name: file.name,
        contentType: file.type || undefined,
        file,
      };
      const pending = (status: PendingAttachment["status"]) => ({
        ...attachment,
        status,
      });
      for await (const percent of progress) {
        yield pending({
          type: "running",
          reason: "uploading",
          progress: percent,
        });
      }
      try {
        const { file: { id: fileId, mime_type }, deduplicated } = await done;
        upload.stored = { fileId, isNew: !deduplicated, type: mime_type };
        yield pending({ type: "requires-action", reason: "composer-send" });
      } catch (error) {
        if (signal.aborted) return;
        uploads.delete(id);
        yield pending({
          type: "incomplete",
          reason: "error",
          message: error instanceof ContinuumError
            ? error.detail
            : String(error),
        });
      }
    },

    async remove({ id }) {
      const upload = uploads.get(id);
      uploads.delete(id);
      upload?.controller.abort();
      // A file that was there before may belong to another message.
      const { stored } = upload ?? {};
      if (stored?.isNew) await continuum.files.delete(stored.fileId);
    },

    async send(attachment, { signal } = {}): Promise<CompleteAttachment> {
      const stored = uploads.get(attachment.id)?.stored;
      if (stored === undefined) {
        throw new Error(`The file ${attachment.name} has not been uploaded.`);
      }
      const { fileId, type } = stored;
      const link = await linkTo(
        continuum,
        { id: fileId, prefix: "" },
        { signal },
      );
      uploads.delete(attachment.id);
      const filename = attachment.name;
      return {
        ...attachment,
        status: { type: "complete" },
        content: [
          type.startsWith("image/")
            ? { type: "image", image: link, filename }
            : {
              type: "file",
              data: link,
              mimeType: type,
              filename,
              sourceType: "url",
            },
        ],
      };
    },
  };
}

function typeOf(type: string): PendingAttachment["type"] {
  if (type.startsWith("image/")) return "image";
  return type.startsWith("text/") ? "document" : "file";
}

/** Values of which a reader gets the newest, each once. */
class Latest<T> implements AsyncIterable<T> {
  #value: { value: T } | null = null;
  #isOver = false;
  #wake = () => {};

  set(value: T): void {
    this.#value = { value };
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const next = this.#value;
      this.#value = null;
      if (next !== null) yield next.value;
      else if (this.#isOver) return;
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}
