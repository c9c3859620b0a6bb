/**
 * Files of messages. A large data URL is stored as a file of its own, and the message refers to it; it is a data URL
 * again, or a link, when the message is loaded.
 */
import type { UIMessage } from "ai";
import type { Continuum } from "../../continuum.ts";
import { ContinuumError } from "../../error.ts";
import { dataUrlOf, parseDataUrl } from "../shared/data_url.ts";

/** How files are given back: as the data URLs that they were, or as links that work for an hour. */
export type FilesAs = "data" | "link";

type Part = UIMessage["parts"][number];

/** A part that has a file, of a message or of a steering message within it. */
interface FilePart {
  type: "file" | "reasoning-file";
  mediaType: string;
  filename?: string;
  url: string;
  providerMetadata?: Record<string, unknown>;
}

/** `continuum-file:<file id>/data:image/png;base64,` stands for the data URL that begins so. */
const REFERENCE = /^continuum-file:([0-9a-f-]{36})\/(.*)$/s;

/** The answers to an upload whose bytes are stored in the message instead, if it has room for them. */
const NOT_FOR_FILES = [
  "type_mismatch",
  "unsupported_media_type",
  "file_too_large",
];

/** A message has no room for more characters than this; a request of all its parts takes 4 MiB. */
const MESSAGE_CHARACTERS = 3 * 1024 * 1024;

/** How long a link works, in seconds. */
const LINK_SECONDS = 3600;

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
      const stored = await this.#storedPart(part);
      const [, id] = REFERENCE.exec(stored.url) ?? [];
      if (id !== undefined && !fileIds.includes(id)) fileIds.push(id);
      return stored;
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

  async #storedPart(part: FilePart): Promise<FilePart> {
    const linked = withoutLink(part);
    if (linked !== part || part.url.length <= this.#inlineBytes) return linked;
    const data = parseDataUrl(part.url);
    if (data === null) return part;
    try {
      const { file } = await this.#continuum.files.upload(
        new Blob([data.bytes], { type: data.type }),
        { name: part.filename || "file", type: data.type },
      );
      return { ...part, url: `continuum-file:${file.id}/${data.prefix}` };
    } catch (error) {
      const fits = part.url.length <= MESSAGE_CHARACTERS &&
        error instanceof ContinuumError && NOT_FOR_FILES.includes(error.code);
      if (fits) return part;
      throw error;
    }
  }

  async #restoredPart(
    part: FilePart,
    signal: AbortSignal | undefined,
  ): Promise<FilePart | Part> {
    const [reference, id, prefix] = REFERENCE.exec(part.url) ?? [];
    if (id === undefined || prefix === undefined) return part;
    try {
      if (this.#as === "link") {
        const { url } = await this.#continuum.files.url(id, {
          expiresIn: LINK_SECONDS,
          signal,
        });
        const providerMetadata = {
          ...part.providerMetadata,
          continuum: { file: reference },
        };
        return { ...part, url, providerMetadata };
      }
      const response = await this.#continuum.files.download(id, { signal });
      const bytes = new Uint8Array(await response.arrayBuffer());
      return { ...part, url: dataUrlOf(prefix, bytes) };
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
}

/** A message as it is compared: a link is another one each time, so what it refers to counts. */
export function withoutLinks<M extends UIMessage>(message: M): M {
  const parts = message.parts.map((part) =>
    hasFile(part) ? withoutLink(part) as Part : part
  );
  return { ...message, parts };
}

/** A part with the reference in place of a link; the part itself if it has no link. */
function withoutLink(part: FilePart): FilePart {
  const { continuum, ...others } = part.providerMetadata ?? {};
  const reference = (continuum as { file?: unknown } | undefined)?.file;
  if (typeof reference !== "string" || !REFERENCE.test(reference)) return part;
  const { providerMetadata: _, ...rest } = part;
  return {
    ...rest,
    url: reference,
    ...Object.keys(others).length > 0 && { providerMetadata: others },
  };
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
