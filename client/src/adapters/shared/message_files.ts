/** Files of messages: where they are too large for their message, the message refers to files of their own. */
import type { Continuum } from "../../continuum.ts";
import { ContinuumError } from "../../error.ts";
import type { CallOptions } from "../../types.ts";
import { dataUrlOf, parseDataUrl } from "./data_url.ts";
import {
  linkTo,
  parseReference,
  referenceTo,
  withoutLink,
} from "./file_links.ts";

/** How files are given back: as the data URLs that they were, or as links that work for an hour. */
export type FilesAs = "data" | "link";

/** The answers to an upload whose bytes are stored in the message instead, if it has room for them. */
const NOT_FOR_FILES = [
  "type_mismatch",
  "unsupported_media_type",
  "file_too_large",
];

/** A message has no room for more characters than this; a request of all its parts takes 4 MiB. */
const MESSAGE_CHARACTERS = 3 * 1024 * 1024;

export class MessageFiles {
  readonly #continuum: Continuum;
  readonly #as: FilesAs;
  readonly #inlineBytes: number;

  /** @param inlineBytes data URLs with more characters are stored as files. */
  constructor(continuum: Continuum, as: FilesAs, inlineBytes: number) {
    this.#continuum = continuum;
    this.#as = as;
    this.#inlineBytes = inlineBytes;
  }

  /** What is stored in place of a URL. A large data URL is uploaded. */
  async stored(url: string, name: string | undefined): Promise<string> {
    const unlinked = withoutLink(url);
    if (unlinked.length <= this.#inlineBytes) return unlinked;
    const data = parseDataUrl(unlinked);
    if (data === null) return unlinked;
    const { prefix, type, bytes } = data;
    try {
      const { file } = await this.#continuum.files.upload(
        new Blob([bytes], { type }),
        { name: name || "file", type },
      );
      return referenceTo({ id: file.id, prefix });
    } catch (error) {
      const fits = unlinked.length <= MESSAGE_CHARACTERS &&
        error instanceof ContinuumError && NOT_FOR_FILES.includes(error.code);
      if (fits) return unlinked;
      throw error;
    }
  }

  /** The URL that was stored, or a link to its file; null if the file is gone. */
  async restored(url: string, options: CallOptions): Promise<string | null> {
    const reference = parseReference(url);
    if (reference === null) return url;
    try {
      if (this.#as === "link" || reference.prefix === "") {
        return await linkTo(this.#continuum, reference, options);
      }
      const { id, prefix } = reference;
      const response = await this.#continuum.files.download(id, options);
      return dataUrlOf(prefix, new Uint8Array(await response.arrayBuffer()));
    } catch (error) {
      const isGone = error instanceof ContinuumError &&
        error.code === "not_found";
      if (isGone) return null;
      throw error;
    }
  }
}

/** Adds the file that a URL refers to, if it is a reference, to a list of ids. */
export function addFileId(fileIds: string[], url: string): void {
  const id = parseReference(url)?.id;
  if (id !== undefined && !fileIds.includes(id)) fileIds.push(id);
}
