/** Uploads the files of a folder, as they are, and links them to one conversation that keeps them. */
import { ContinuumError, type StoredFile } from "../../src/index.ts";
import { objectOf } from "../json/look.ts";
import type { Account } from "./account.ts";
import type { Entries, Entry } from "./entries.ts";
import {
  bytesOfEntry,
  concernsOneFile,
  type FileStore,
  pathsOf,
} from "./file_store.ts";
import { fault } from "./model.ts";
import { continuationId, titleOf } from "./payload.ts";
import type { Report } from "./report.ts";
import { Pool } from "../pool.ts";

export interface UploadOptions {
  account: Account;
  store: FileStore;
  report: Report;
  dryRun: boolean;
  jobs: number;
  onProgress(): void;
}

/** The conversation that links the files is named after the folder: files that nothing links are swept away. */
export async function uploadFolder(
  { name, entries }: Pick<Entries, "name" | "entries">,
  options: UploadOptions,
): Promise<void> {
  const { account, report, dryRun } = options;
  const conversation = continuationId("files", name);
  const handle = account.continuum.conversation(conversation);
  const known = await account.find(conversation);
  report.counts.conversations[known === undefined ? "created" : "unchanged"]++;
  const linked = new Map<string, StoredFile>();
  if (known !== undefined) {
    for await (const file of handle.files.list({ signal: account.signal })) {
      linked.set(file.id, file);
    }
  } else if (!dryRun) {
    await handle.append([], {
      title: titleOf(name),
      metadata: { import: { format: "files" } },
      signal: account.signal,
    });
  }
  const unlinked: string[] = [];
  const link = async () => {
    const fileIds = unlinked.splice(0, 100);
    if (fileIds.length > 0) {
      await handle.append([], { fileIds, signal: account.signal });
    }
  };
  const paths = new PathKeeper(account);
  const pool = new Pool(options.jobs);
  for (const entry of entries) {
    await pool.add(async () => {
      const file = await storeEntry(entry, options);
      options.onProgress();
      if (file === null) return;
      await paths.keep(file, entry.path);
      if (!linked.has(file.id)) {
        linked.set(file.id, file);
        unlinked.push(file.id);
        if (unlinked.length >= 100) await link();
      }
    });
  }
  await pool.end();
  await link();
}

async function storeEntry(
  entry: Entry,
  { store, report }: UploadOptions,
): Promise<StoredFile | null> {
  try {
    return await store.store({
      name: entry.path,
      bytes: await bytesOfEntry(entry),
      metadata: { import: { paths: [entry.path] } },
    });
  } catch (error) {
    if (!concernsOneFile(error) && !isOfSystem(error)) throw error;
    const reason = error instanceof ContinuumError
      ? error.detail
      : (error as Error).message;
    report.add(entry.path, fault(entry.path, `It is not taken: ${reason}`));
    return null;
  }
}

/** Node's errors of files that cannot be read. */
function isOfSystem(error: unknown): boolean {
  return error instanceof Error && "code" in error &&
    ["EACCES", "EPERM", "ENOENT", "EIO", "EISDIR"].includes(String(error.code));
}

/** The same file in two places is stored once, and its metadata names both. */
class PathKeeper {
  readonly #account: Account;
  readonly #paths = new Map<string, string[]>();
  /** One change of a file at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(account: Account) {
    this.#account = account;
  }

  keep(file: StoredFile, path: string): Promise<void> {
    const kept = this.#last.then(async () => {
      const paths = this.#paths.get(file.id) ?? pathsOf(file);
      if (paths.includes(path)) return;
      const all = [...paths, path].sort();
      await this.#account.continuum.files.rename(file.id, {
        metadata: { import: { ...objectOf(file.metadata.import), paths: all } },
      }, { signal: this.#account.signal });
      this.#paths.set(file.id, all);
    });
    this.#last = kept.catch(() => {});
    return kept;
  }
}
