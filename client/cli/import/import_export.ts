/** Takes back what `continuum export` has written, and single conversations as the API exports them. */
import { Buffer } from "node:buffer";
import {
  ContinuumError,
  type Conversation,
  type Message,
  type StoredFile,
} from "../../src/index.ts";
import { isObject, type JsonObject, textOf } from "../json/look.ts";
import { valuesOf } from "../json/values.ts";
import type { Account } from "./account.ts";
import type { Entry } from "./entries.ts";
import { bytesOfEntry, concernsOneFile, type FileStore } from "./file_store.ts";
import { EXPORT_VERSION } from "./formats/continuum.ts";
import { fault } from "./model.ts";
import { BrokenExport, Replay } from "./replay.ts";
import type { Report } from "./report.ts";
import { ForeignConversation } from "./mark.ts";

export interface ImportExportOptions {
  account: Account;
  store: FileStore;
  report: Report;
  dryRun: boolean;
  onProgress(): void;
}

export class ExportImporter {
  readonly #options: ImportExportOptions;
  readonly #entries: Map<string, Entry>;
  /** The ids here of the export's files. */
  readonly #ids = new Map<string, string | null>();
  readonly used = new Set<Entry>();

  constructor(entries: Entry[], options: ImportExportOptions) {
    this.#options = options;
    this.#entries = new Map(entries.map((entry) => [entry.path, entry]));
  }

  async read(entry: Entry): Promise<void> {
    const { report, account, dryRun } = this.#options;
    const source = entry.path;
    const folder = source.slice(0, source.lastIndexOf("/") + 1);
    let replay: Replay | null = null;
    let pending: { line: StoredFile; pieces: Uint8Array[] } | null = null;
    const settle = async () => {
      if (pending === null) return;
      const { line, pieces } = pending;
      pending = null;
      await this.#store(line, Buffer.concat(pieces), source);
    };
    for await (const reading of valuesOf(entry.open(), { asLines: true })) {
      const { where } = reading;
      if ("broken" in reading) {
        report.add(source, fault(where, reading.broken));
        continue;
      }
      const line = reading.value;
      if (!isObject(line)) {
        report.add(source, fault(where, "It is not a line of an export."));
        continue;
      }
      if (line.type !== "bytes") await settle();
      switch (line.type) {
        case "export":
          if (line.version !== EXPORT_VERSION) {
            throw new Error(
              `${source} is an export of version ${line.version}, and this program reads version ${EXPORT_VERSION}.`,
            );
          }
          break;
        case "conversation":
          replay?.incomplete();
          replay = new Replay(line as unknown as Conversation, {
            account,
            report,
            dryRun,
            source,
            fileId: (id) => this.#find(id),
          });
          replay = await this.#attempt(replay, source, (it) => it.start());
          break;
        case "message":
          if (replay !== null) {
            replay = await this.#attempt(
              replay,
              source,
              (it) => it.row(line as unknown as Message),
            );
          }
          break;
        case "end":
          if (replay !== null) {
            await this.#attempt(replay, source, (it) => it.end());
          }
          replay = null;
          this.#options.onProgress();
          break;
        case "file": {
          const file = line as unknown as StoredFile;
          const path = textOf(line.path);
          if (replay !== null) replay.file(file.id);
          else if (path === undefined) pending = { line: file, pieces: [] };
          else await this.#storeFrom(file, folder + path, source);
          break;
        }
        case "bytes":
          pending?.pieces.push(
            Buffer.from(textOf(line.base64) ?? "", "base64"),
          );
          break;
        case "end_of_export":
          break;
        default:
          report.add(
            source,
            fault(where, `A line of the type ${line.type} is unknown.`),
          );
      }
    }
    await settle();
    replay?.incomplete();
  }

  /** Goes on with a conversation; null if it cannot be taken. */
  async #attempt(
    replay: Replay,
    source: string,
    step: (replay: Replay) => Promise<void>,
  ): Promise<Replay | null> {
    try {
      await step(replay);
      return replay;
    } catch (error) {
      if (
        !(error instanceof ForeignConversation) &&
        !(error instanceof BrokenExport) && !isRefusal(error)
      ) throw error;
      this.#options.report.add(source, fault(source, error.message));
      return null;
    }
  }

  async #storeFrom(
    line: StoredFile,
    path: string,
    source: string,
  ): Promise<void> {
    const entry = this.#entries.get(path);
    if (entry === undefined) {
      this.#options.report.add(
        source,
        fault(path, `The file ${line.original_name} is missing in the export.`),
      );
      return;
    }
    this.used.add(entry);
    await this.#store(line, await bytesOfEntry(entry), path);
  }

  async #store(
    line: StoredFile,
    bytes: Uint8Array,
    source: string,
  ): Promise<void> {
    const { report, store } = this.#options;
    if (bytes.length !== Number(line.size_bytes)) {
      report.add(
        source,
        fault(
          `file ${line.id}`,
          `It has ${bytes.length} instead of ${line.size_bytes} bytes. Export it again.`,
        ),
      );
      return;
    }
    const type = line.declared_type ??
      [line.mime_type, line.type_parameters].filter(Boolean).join("; ");
    try {
      const stored = await store.store({
        name: line.original_name,
        bytes,
        type,
        bucket: line.bucket,
        metadata: line.metadata as JsonObject,
      });
      this.#ids.set(line.id, stored?.id ?? null);
    } catch (error) {
      if (!concernsOneFile(error)) throw error;
      report.add(
        source,
        fault(
          `file ${line.id}`,
          `${line.original_name} is not taken: ${error.detail}`,
        ),
      );
      this.#ids.set(line.id, null);
    }
  }

  /** A file that the export names: the one stored from it, or one that you have under the same id. */
  async #find(id: string): Promise<string | null> {
    const known = this.#ids.get(id);
    if (known !== undefined) return known;
    const { account } = this.#options;
    const found = await account.continuum.files
      .describe(id, { signal: account.signal })
      .then(() => id, (error) => {
        if (error instanceof ContinuumError && error.code === "not_found") {
          return null;
        }
        throw error;
      });
    this.#ids.set(id, found);
    return found;
  }
}

/** Whether the API has refused what it was sent, rather than being out of reach or out of room. */
export function isRefusal(error: unknown): error is ContinuumError {
  return error instanceof ContinuumError && error.status >= 400 &&
    error.status < 500 && !error.retryable &&
    ![
      "unauthenticated",
      "invalid_token",
      "quota_exceeded",
      "rate_limited",
    ].includes(error.code);
}
