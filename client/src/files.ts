/** Files: stored, found, fetched. */
import { failureOf } from "./failure.ts";
import type { Http } from "./http.ts";
import { cursorPages, type Pages } from "./pages.ts";
import { DOWNLOAD, segment, UPLOAD } from "./paths.ts";
import type * as api from "./types.ts";
import type { UploadOptions } from "./upload.ts";
import type { UploadInput } from "./upload_source.ts";

export interface ListFilesOptions extends api.CallOptions {
  /** The files of this conversation, whoever owns them, instead of your own. */
  conversation?: string | undefined;
  /** The size of a page, 1 to 100. */
  limit?: number | undefined;
}

export interface DownloadOptions extends api.CallOptions {
  /** The bytes from `first` to `last`, both included; to the end without `last`. A negative `first` counts from it. */
  range?: { first: number; last?: number | undefined } | undefined;
  /** Further headers, such as If-None-Match, to which 304 may be the answer. */
  headers?: Record<string, string> | undefined;
}

/** Your files, and those of conversations that you may see. */
export class Files {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Stores bytes, a stream or, by its path in Node and Deno, a file. */
  upload(input: UploadInput, options: UploadOptions = {}): Promise<api.Stored> {
    return upload(this.#http, input, options);
  }

  /** The bytes, as a Response that has not been read. What fails before it begins is tried again. */
  download(
    fileId: string,
    { range, headers, signal }: DownloadOptions = {},
  ): Promise<Response> {
    return this.#http.send({
      url: fileUrl(DOWNLOAD, fileId),
      headers: { Range: range && rangeHeader(range), ...headers },
      accept: [304],
      signal,
    }, async (response) => {
      // Any type may be right, but every file has a name, and a gateway's page has none.
      if (response.ok && !response.headers.has("Content-Disposition")) {
        throw await failureOf(response);
      }
      return response;
    });
  }

  /** A URL that works without a token, for 60 to 3,600 seconds; 300 if omitted. */
  url(
    fileId: string,
    options: api.CallOptions & { expiresIn?: number | undefined } = {},
  ): Promise<api.SignedUrl> {
    return this.#http.get(`${fileUrl(DOWNLOAD, fileId)}/url`, options, {
      expires_in: options.expiresIn,
    });
  }

  /** Newest first. */
  list(
    options: ListFilesOptions = {},
  ): Pages<api.FileList, api.StoredFile> {
    const { conversation, limit } = options;
    return cursorPages<api.FileList, api.StoredFile>(
      (cursor) =>
        this.#http.get(DOWNLOAD, options, {
          continuation_id: conversation,
          limit,
          cursor,
        }),
      ({ files }) => files,
    );
  }

  describe(
    fileId: string,
    options?: api.CallOptions,
  ): Promise<api.DescribedFile> {
    return this.#http.get(`${fileUrl(DOWNLOAD, fileId)}/metadata`, options);
  }

  /** Renames a file, or changes its metadata by a merge patch (RFC 7396). */
  rename(
    fileId: string,
    change: {
      name?: string | undefined;
      metadata?: Record<string, unknown> | undefined;
    },
    { signal }: api.CallOptions = {},
  ): Promise<api.StoredFile> {
    return this.#http.json({
      method: "PATCH",
      url: fileUrl(UPLOAD, fileId),
      json: { original_name: change.name, metadata: change.metadata },
      signal,
    });
  }

  /** Deletes a file of yours, wherever it is linked. */
  async delete(
    fileId: string,
    options?: api.CallOptions,
  ): Promise<void> {
    await this.#http.remove(fileUrl(UPLOAD, fileId), options);
  }
}

/** The files of one conversation. */
export class ConversationFiles {
  readonly #http: Http;
  readonly #id: string;
  readonly #url: string;

  constructor(http: Http, id: string, url: string) {
    this.#http = http;
    this.#id = id;
    this.#url = url;
  }

  /** Stores a file and links it to the conversation. */
  upload(
    input: UploadInput,
    options: Omit<UploadOptions, "conversation"> = {},
  ): Promise<api.Stored> {
    const conversation = this.#id;
    return upload(this.#http, input, { ...options, conversation });
  }

  /** Newest first. */
  list(
    options: Omit<ListFilesOptions, "conversation"> = {},
  ): Pages<api.FileList, api.StoredFile> {
    return new Files(this.#http).list({ ...options, conversation: this.#id });
  }

  /** Takes a file out of the conversation. Null if an earlier try did so whose answer was lost. */
  unlink(
    fileId: string,
    options?: api.CallOptions,
  ): Promise<api.UnlinkedFile | null> {
    return this.#http.remove(fileUrl(`${this.#url}/files`, fileId), options);
  }
}

/** A third of this package is about uploads; it is loaded with the first one. */
async function upload(
  http: Http,
  input: UploadInput,
  options: UploadOptions,
): Promise<api.Stored> {
  const { uploadFile } = await import("./upload.ts");
  return await uploadFile(http, input, options);
}

function fileUrl(base: string, fileId: string): string {
  return `${base}/${segment(fileId)}`;
}

function rangeHeader(
  { first, last }: { first: number; last?: number | undefined },
): string {
  return first < 0 ? `bytes=${first}` : `bytes=${first}-${last ?? ""}`;
}
