/** Stores files, each once. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import {
  ContinuumError,
  type StoredFile,
  type UploadOptions,
} from "../../src/index.ts";
import type { JsonObject } from "../json/look.ts";
import { objectOf } from "../json/look.ts";
import type { Account } from "./account.ts";
import type { Entry } from "./entries.ts";
import type { Report } from "./report.ts";

export const MOST_FILE_BYTES = 50 * 1024 * 1024;

export interface NewFile {
  name: string;
  bytes: Uint8Array;
  type?: string | undefined;
  bucket?: StoredFile["bucket"] | undefined;
  metadata?: JsonObject | undefined;
}

/** Failures that concern one file, and not all that follow. */
const OF_ONE_FILE = new Set([
  "type_mismatch",
  "unsupported_media_type",
  "file_too_large",
  "validation_failed",
  "digest_mismatch",
]);

/** @throws {ContinuumError} `file_too_large` if the file is larger than any bucket accepts. */
export async function bytesOfEntry(entry: Entry): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of entry.open()) {
    pieces.push(piece);
    size += piece.length;
    if (size > MOST_FILE_BYTES) {
      throw new ContinuumError({
        code: "file_too_large",
        detail: "The file has more than 50 MiB.",
      });
    }
  }
  return Buffer.concat(pieces);
}

export class FileStore {
  readonly #account: Account;
  readonly #report: Report;
  readonly #dryRun: boolean;
  #own: Promise<Map<string, Promise<StoredFile | null>>> | undefined;

  constructor(
    account: Account,
    report: Report,
    { dryRun }: { dryRun: boolean },
  ) {
    this.#account = account;
    this.#report = report;
    this.#dryRun = dryRun;
  }

  /**
   * The file with these bytes and this name, stored unless it is there. Null in a dry run, if it would be stored.
   *
   * @throws {ContinuumError} see {@link concernsOneFile}.
   */
  async store(file: NewFile): Promise<StoredFile | null> {
    const { bytes, type, metadata } = file;
    const bucket = file.bucket ?? "user-files";
    const name = fileName(file.name);
    const digest = createHash("sha256").update(bytes).digest("hex");
    const key = [bucket, digest, name].join("/");
    const own = await this.#files();
    const known = own.get(key);
    if (known !== undefined) {
      this.#report.counts.files.unchanged++;
      return await known;
    }
    // Kept before it is stored: the same file may be in another folder, and on its way at the same time.
    const storing = this.#upload(bytes, { name, type, bucket, metadata });
    own.set(key, storing);
    return await storing;
  }

  async #upload(
    bytes: Uint8Array,
    options: UploadOptions,
  ): Promise<StoredFile | null> {
    const { files } = this.#report.counts;
    if (this.#dryRun) {
      files.stored++;
      return null;
    }
    const { file, deduplicated } = await this.#account.continuum.files.upload(
      new Blob([bytes as BlobPart]),
      { ...options, signal: this.#account.signal },
    );
    files[deduplicated ? "unchanged" : "stored"]++;
    return file;
  }

  #files(): Promise<Map<string, Promise<StoredFile | null>>> {
    this.#own ??= (async () => {
      const found = new Map<string, Promise<StoredFile | null>>();
      const list = this.#account.continuum.files.list({
        limit: 100,
        signal: this.#account.signal,
      });
      for await (const file of list) {
        if (file.status !== "ready" || file.sha256 === null) continue;
        found.set(
          [file.bucket, file.sha256, file.original_name].join("/"),
          Promise.resolve(file),
        );
      }
      return found;
    })();
    return this.#own;
  }
}

/** Whether a file was refused for what it is. Anything else would be so for every file. */
export function concernsOneFile(error: unknown): error is ContinuumError {
  return error instanceof ContinuumError && OF_ONE_FILE.has(error.code);
}

/** A name that the API takes. */
export function fileName(name: string): string {
  const clean = (name.split(/[/\\]/).at(-1) ?? "").toWellFormed()
    .replace(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, "_");
  if (["", ".", ".."].includes(clean.trim())) return "unnamed";
  const characters = [...clean];
  if (characters.length <= 255) return clean;
  const extension = /\.[^.]{1,20}$/.exec(clean)?.[0] ?? "";
  return characters.slice(0, 255 - extension.length).join("") + extension;
}

/** The metadata of a file as it says where the file was: its paths, since the same file may be in several places. */
export function pathsOf(file: StoredFile): string[] {
  const { paths } = objectOf(file.metadata.import);
  return Array.isArray(paths)
    ? paths.filter((at) => typeof at === "string")
    : [];
}
