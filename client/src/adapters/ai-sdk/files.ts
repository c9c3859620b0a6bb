/**
 * Files of messages. A large data URL is stored as a file of its own, and the message refers to it; it is a data URL
 * again, or a link, when the message is loaded.
 */
import type { UIMessage } from "ai";
import type { Continuum } from "../../continuum.ts";
import { ContinuumError } from "../../error.ts";
import { dataUrlOf, parseDataUrl } from "../shared/data_url.ts";
import {
  type FileReference,
  linkTo,
  parseReference,
  referenceTo,
  withoutLink,
} from "../shared/file_links.ts";

/** How files are given back: as the data URLs that they were, or as links that work for an hour. */
export type FilesAs = "data" | "link";

type Part = UIMessage["parts"][number];

/** A part that has a file, of a message or of a steering message within it. */
interface FilePart {
  type: "file" | "reasoning-file";
  mediaType: string;
  filename?: string;
  url: string;
}

/** The answers to an upload whose bytes are stored in the message instead, if it has room for them. */
const NOT_FOR_FILES = [
  "type_mismatch",
  "unsupported_media_type",
  "file_too_large",
];

/** A message has no room for more characters than this; a request of all its parts takes 4 MiB. */
const MESSAGE_CHARACTERS = 3 * 1024 * 1024;

export class ChatFiles {
  readonly #continuum: Continuum;
  readonly #as: FilesAs;
  readonly #inlineBytes: number;

  constructor(continuum: Continuum, as: FilesAs, inlineBytes: number) {
    this.#continuum = continuum;
    this.#as = as;
    this.#inlineBytes = inlineBytes;
  }

  /** Uploads the files that are too large for a message, and refers to them. */
  async stored<M extends UIMessage>(
    message: M,
  ): Promise<{ message: M; fileIds: string[] }> {
    const fileIds: string[] = [];
    const parts = await mapFiles(message.parts, async (part) => {
      const url = await this.#storedUrl(part);
      const id = parseReference(url)?.id;
      if (id !== undefined && !fileIds.includes(id)) fileIds.push(id);
      return { ...part, url };
    });
    return { message: { ...message, parts }, fileIds };
  }

  /** The message with its files, as it was before it was stored. */
  async restored<M extends UIMessage>(
    message: M,
    signal: AbortSignal | undefined,
  ): Promise<M> {
    const parts = await mapFiles(
      message.parts,
      (part) => this.#restoredPart(part, signal),
    );
    return { ...message, parts };
  }

  async #storedUrl(part: FilePart): Promise<string> {
    const url = withoutLink(part.url);
    if (url.length <= this.#inlineBytes) return url;
    const data = parseDataUrl(url);
    if (data === null) return url;
    const { prefix, type, bytes } = data;
    try {
      const { file } = await this.#continuum.files.upload(
        new Blob([bytes], { type }),
        { name: part.filename || "file", type },
      );
      return referenceTo({ id: file.id, prefix });
    } catch (error) {
      const fits = url.length <= MESSAGE_CHARACTERS &&
        error instanceof ContinuumError && NOT_FOR_FILES.includes(error.code);
      if (fits) return url;
      throw error;
    }
  }

  async #restoredPart(
    part: FilePart,
    signal: AbortSignal | undefined,
  ): Promise<FilePart | Part> {
    const reference = parseReference(part.url);
    if (reference === null) return part;
    try {
      const isData = this.#as === "data" && reference.prefix !== "";
      const url = isData
        ? await this.#dataUrl(reference, signal)
        : await linkTo(this.#continuum, reference, { signal });
      return { ...part, url };
    } catch (error) {
      const isGone = error instanceof ContinuumError &&
        error.code === "not_found";
      if (!isGone) throw error;
      // No model takes a file that cannot be read, and the chat has to go on.
      return {
        type: "text",
        text: `[The file ${part.filename ?? ""} is gone]`,
      };
    }
  }

  async #dataUrl(
    { id, prefix }: FileReference,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const response = await this.#continuum.files.download(id, { signal });
    return dataUrlOf(prefix, new Uint8Array(await response.arrayBuffer()));
  }
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
