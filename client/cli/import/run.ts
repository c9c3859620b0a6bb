/** Imports what a path names: recognises each file, and stores its conversations and files. */
import { ContinuumError } from "../../src/index.ts";
import { Pool } from "../pool.ts";
import { type Reading, valuesOf } from "../json/values.ts";
import type { Account } from "./account.ts";
import { AttachedFiles } from "./attached.ts";
import { type Entries, entriesOf, type Entry } from "./entries.ts";
import { FileStore } from "./file_store.ts";
import { CONTINUUM, FORMATS, isJsonl, recognise } from "./formats.ts";
import { ExportImporter, isRefusal } from "./import_export.ts";
import { fault, type Format, isFinding, note } from "./model.ts";
import { prepare } from "./prepare.ts";
import type { Report } from "./report.ts";
import { ForeignConversation } from "./mark.ts";
import { storeTree } from "./store_tree.ts";
import { uploadFolder } from "./upload_folder.ts";

/** What `--from` may say besides the names of formats. */
export const FILES = "files";

export interface ImportOptions {
  account: Account;
  report: Report;
  /** A format's name; recognised from the content if omitted. */
  from?: string | undefined;
  dryRun: boolean;
  /** How many conversations or files are stored side by side. */
  jobs: number;
  /** Called often. `read` of `total` bytes of the conversations' files have been read. */
  onProgress(read: number, total: number): void;
}

/** Imports a file, a folder or a zip file. */
export async function importPath(
  path: string,
  options: ImportOptions,
): Promise<void> {
  const entries = await entriesOf(path);
  try {
    await new Import(entries, options).run();
  } finally {
    await entries.close();
  }
}

type Chosen = Format | typeof CONTINUUM;

class Import {
  readonly #entries: Entries;
  readonly #options: ImportOptions;
  readonly #report: Report;
  readonly #store: FileStore;
  #read = 0;
  #total = 0;

  constructor(entries: Entries, options: ImportOptions) {
    this.#entries = entries;
    this.#options = options;
    this.#report = options.report;
    this.#store = new FileStore(options.account, options.report, options);
  }

  async run(): Promise<void> {
    const { entries, left, name, isFolder } = this.#entries;
    for (const { path, reason } of left) {
      this.#report.add(path, note(path, `It is left out. ${reason}`));
    }
    if (this.#options.from === FILES) return await this.#upload();
    const chosen = await this.#chosen();
    if (chosen.size === 0) {
      // A folder without conversations is a folder of files.
      if (isFolder && this.#options.from === undefined) {
        return await this.#upload();
      }
      this.#report.add(
        name,
        fault(
          name,
          isFolder
            ? "There is no file of that format in it."
            : "It is of no known format. Say which with --from, or upload it with --from files.",
        ),
      );
      return;
    }
    this.#total = [...chosen.keys()].reduce((sum, { size }) => sum + size, 0);
    const attached = new AttachedFiles(entries, this.#store, this.#report);
    const importer = new ExportImporter(entries, {
      ...this.#options,
      store: this.#store,
      onProgress: () => this.#progress(),
    });
    // What other files refer to comes first.
    const order = [...chosen].sort(([a], [b]) =>
      Number(/(^|\/)files\.ndjson$/.test(b.path)) -
      Number(/(^|\/)files\.ndjson$/.test(a.path))
    );
    for (const [entry, format] of order) {
      const counted = this.#counted(entry);
      if (format === CONTINUUM) await importer.read(counted);
      else await this.#conversations(counted, format, attached);
    }
    for (const entry of entries) {
      if (
        chosen.has(entry) || attached.used.has(entry) ||
        importer.used.has(entry)
      ) continue;
      this.#report.add(
        entry.path,
        note(
          entry.path,
          "It is left out: there are no conversations in it, and no message refers to it.",
        ),
      );
    }
  }

  #upload(): Promise<void> {
    const { entries } = this.#entries;
    let done = 0;
    return uploadFolder(this.#entries, {
      ...this.#options,
      store: this.#store,
      onProgress: () => this.#options.onProgress(++done, entries.length),
    });
  }

  /** The files that are read, with their formats. */
  async #chosen(): Promise<Map<Entry, Chosen>> {
    const { from } = this.#options;
    const { entries, isFolder } = this.#entries;
    const chosen = new Map<Entry, Chosen>();
    const named = from === CONTINUUM
      ? CONTINUUM
      : FORMATS.find(({ name }) => name === from);
    for (const entry of entries) {
      // One file is what it is said to be, even if its beginning is broken.
      const format = named !== undefined && !isFolder
        ? named
        : await recognise(entry).catch((error) => {
          this.#report.add(entry.path, fault(entry.path, sentence(error)));
          return null;
        });
      if (format === null) continue;
      if (named === undefined || format === named) chosen.set(entry, format);
    }
    return chosen;
  }

  async #conversations(
    entry: Entry,
    format: Format,
    attached: AttachedFiles,
  ): Promise<void> {
    const pool = new Pool(this.#options.jobs);
    const values = readingsOf(entry, format);
    try {
      for await (const output of format.read(values, entry)) {
        if (isFinding(output)) {
          this.#report.add(entry.path, output);
          continue;
        }
        await pool.add(async () => {
          const prepared = prepare(output, format.name);
          for (const finding of prepared.findings) {
            this.#report.add(entry.path, finding);
          }
          await this.#storeOne(prepared, entry, attached);
          this.#progress();
        });
      }
    } finally {
      await pool.end();
    }
  }

  async #storeOne(
    prepared: ReturnType<typeof prepare>,
    entry: Entry,
    attached: AttachedFiles,
  ): Promise<void> {
    const { account, dryRun } = this.#options;
    const { counts } = this.#report;
    try {
      const stored = await storeTree(account, prepared, {
        dryRun,
        files: (message) => attached.of(message, prepared, entry.path),
      });
      counts.conversations[stored.outcome]++;
      counts.messages.appended += stored.appended;
      counts.messages.revised += stored.revised;
      if (stored.keptHead !== undefined) {
        this.#report.add(entry.path, note(prepared.where, stored.keptHead));
      }
    } catch (error) {
      // Anything else would end every conversation that follows as well.
      if (!(error instanceof ForeignConversation) && !isRefusal(error)) {
        throw error;
      }
      this.#report.add(entry.path, fault(prepared.where, sentence(error)));
    }
  }

  #counted(entry: Entry): Entry {
    const count = (bytes: number) => {
      this.#read += bytes;
      this.#progress();
    };
    return {
      ...entry,
      async *open() {
        for await (const piece of entry.open()) {
          yield piece;
          count(piece.length);
        }
      },
    };
  }

  #progress(): void {
    this.#options.onProgress(this.#read, this.#total);
  }
}

async function* readingsOf(
  entry: Entry,
  format: Format,
): AsyncGenerator<Reading, void, undefined> {
  const asLines = isJsonl(entry.path) || format.isLines === true;
  try {
    yield* valuesOf(entry.open(), { asLines });
  } catch (error) {
    // A zip file that is damaged, or a file that cannot be read to its end.
    yield { broken: sentence(error), where: "the end" };
  }
}

function sentence(error: unknown): string {
  if (error instanceof ContinuumError) {
    const rules = error.errors.map(({ pointer, detail }) =>
      `${pointer}: ${detail}`
    );
    return [error.detail, ...rules.slice(0, 3)].join(" ");
  }
  return error instanceof Error ? error.message : String(error);
}
