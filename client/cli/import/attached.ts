/** The files that an export has beside its conversations, and that its messages refer to. */
import type { Entry } from "./entries.ts";
import { bytesOfEntry, concernsOneFile, type FileStore } from "./file_store.ts";
import { fault, note } from "./model.ts";
import type { Prepared, PreparedMessage } from "./prepare.ts";
import type { Report } from "./report.ts";

export class AttachedFiles {
  readonly #store: FileStore;
  readonly #report: Report;
  readonly #byName = new Map<string, Entry>();
  readonly #stored = new Map<string, Promise<string | null>>();
  readonly used = new Set<Entry>();

  constructor(entries: Entry[], store: FileStore, report: Report) {
    this.#store = store;
    this.#report = report;
    for (const entry of entries) {
      for (const name of namesOf(entry.path)) {
        if (!this.#byName.has(name)) this.#byName.set(name, entry);
      }
    }
  }

  /** Stores the files of a message and returns their ids. Reports each that is missing or refused. */
  async of(
    { files, attachment, input }: PreparedMessage,
    conversation: Prepared,
    source: string,
  ): Promise<string[]> {
    const where = `${conversation.where}, message ${input.client_id}`;
    const ids = new Set<string>();
    for (const reference of files) {
      const entry = this.#byName.get(reference);
      if (entry === undefined) {
        this.#report.add(
          source,
          note(
            where,
            `The export names the file ${reference}, but does not contain it.`,
          ),
        );
        continue;
      }
      this.used.add(entry);
      let stored = this.#stored.get(entry.path);
      if (stored === undefined) {
        stored = this.#upload(entry);
        this.#stored.set(entry.path, stored);
      }
      const id = await stored;
      if (id !== null) ids.add(id);
    }
    if (attachment !== undefined) {
      const bytes = new TextEncoder().encode(attachment.text);
      const id = await this.#attempt(
        source,
        where,
        attachment.name,
        async () =>
          (await this.#store.store({
            name: attachment.name,
            bytes,
            type: "text/plain",
          }))?.id ?? null,
      );
      if (id !== null) ids.add(id);
    }
    return [...ids];
  }

  #upload(entry: Entry): Promise<string | null> {
    return this.#attempt(entry.path, entry.path, entry.path, async () => {
      const bytes = await bytesOfEntry(entry);
      const file = await this.#store.store({
        name: entry.path,
        bytes,
        metadata: { import: { paths: [entry.path] } },
      });
      return file?.id ?? null;
    });
  }

  async #attempt(
    source: string,
    where: string,
    name: string,
    store: () => Promise<string | null>,
  ): Promise<string | null> {
    try {
      return await store();
    } catch (error) {
      if (!concernsOneFile(error)) throw error;
      this.#report.add(
        source,
        fault(where, `The file ${name} is not taken: ${error.detail}`),
      );
      return null;
    }
  }
}

/** What a message may call a file: its name, or the id that its name begins with. */
function namesOf(path: string): string[] {
  const name = path.split("/").at(-1)!;
  const names = [path, name];
  const id = /^(file-[A-Za-z0-9]{10,}|file_[0-9a-f]{16,})(?=[-._])/
    .exec(name)?.[1];
  if (id !== undefined) names.push(id);
  return names;
}
