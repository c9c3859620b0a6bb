/** Synchronises all sessions of this machine with an account. */
import type { Account } from "../import/account.ts";
import type { Conversation } from "../../src/index.ts";
import { ContinuumError } from "../../src/index.ts";
import { isRefusal } from "../import/import_export.ts";
import { Pool } from "../pool.ts";
import { Folder, type LocalFile } from "./local.ts";
import type { PathMap } from "./path_map.ts";
import { entryOf } from "./origin.ts";
import { isSecondFileOf, isSecondName, secondName } from "./plan.ts";
import { type SyncReport, syncSession } from "./session.ts";
import { readState, type Seen, writeState } from "./state.ts";
import type { Tool } from "./tools.ts";

export interface SyncOptions {
  account: Account;
  /** The tools and the folders of their sessions. */
  folders: { tool: Tool; root: string }[];
  map: PathMap;
  home: string;
  /** The file that remembers what the last run has seen. */
  state: string;
  dryRun: boolean;
  report: SyncReport;
}

const PREFIX = "sync:";
const JOBS = 4;

export async function syncAll(options: SyncOptions): Promise<void> {
  const seen = await readState(options.state);
  const conversations = await listed(options.account);
  for (const { tool, root } of options.folders) {
    await new FolderSync(new Folder(tool, root), conversations, seen, options)
      .run();
  }
}

/** All conversations of sessions, by name. */
async function listed(account: Account): Promise<Map<string, Conversation>> {
  const found = new Map<string, Conversation>();
  for (const archived of [false, true]) {
    const list = account.continuum.list({
      prefix: PREFIX,
      archived,
      limit: 100,
      signal: account.signal,
    });
    for await (const conversation of list) {
      // A conversation that others have shared writes no files here.
      if (conversation.access === "owner") {
        found.set(conversation.continuation_id, conversation);
      }
    }
  }
  return found;
}

class FolderSync {
  readonly #folder: Folder;
  readonly #conversations: Map<string, Conversation>;
  readonly #seen: Seen;
  readonly #options: SyncOptions;

  constructor(
    folder: Folder,
    conversations: Map<string, Conversation>,
    seen: Seen,
    options: SyncOptions,
  ) {
    this.#folder = folder;
    this.#conversations = conversations;
    this.#seen = seen;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { dryRun } = this.#options;
    let { files, left } = await this.#folder.list();
    if (left.length > 0 && !dryRun) {
      await this.#settle(left);
      ({ files } = await this.#folder.list());
    }
    const sessions = await this.#sessions(files);
    const pool = new Pool(JOBS);
    const names = new Set([
      ...sessions.keys(),
      ...[...this.#conversations.keys()].filter((name) =>
        name.startsWith(this.#prefix())
      ),
    ]);
    try {
      for (const name of names) {
        await pool.add(() => this.#one(name, sessions.get(name) ?? []));
      }
    } finally {
      await pool.end().finally(async () => {
        if (dryRun) return;
        // Once more what was there before a session was extended: somebody may have written to it since.
        const { left } = await this.#folder.list();
        if (left.length > 0) await this.#settle(left);
        await writeState(this.#options.state, this.#seen);
      });
    }
  }

  /** The files of each conversation. */
  async #sessions(files: LocalFile[]): Promise<Map<string, LocalFile[]>> {
    const sessions = new Map<string, LocalFile[]>();
    for (const file of files) {
      const name = await this.#nameOf(file);
      if (name === null) continue;
      sessions.set(name, [...sessions.get(name) ?? [], file]);
    }
    return sessions;
  }

  /** The conversation that a file belongs to; null if there is nothing in it yet. */
  async #nameOf(file: LocalFile): Promise<string | null> {
    const known = this.#seen.files[this.#key(file.path)];
    if (known !== undefined) return known.conversation;
    const read = await this.#folder.read(file.path);
    if (read === null || read.lines.length === 0) return null;
    const { tool } = this.#folder;
    const id = tool.idIn(file.path);
    if (isSecondName(id)) {
      // Its name says which conversation it is of, if one asks with the right one.
      for (const name of this.#conversations.keys()) {
        if (name.startsWith(this.#prefix()) && isSecondFileOf(name, id, read)) {
          return name;
        }
      }
    }
    const entries = read.lines.slice(0, 200).map(({ bytes }) => entryOf(bytes));
    return this.#prefix() + tool.session(file.path, entries);
  }

  async #one(name: string, files: LocalFile[]): Promise<void> {
    const { report, account, dryRun } = this.#options;
    const seen = this.#seen;
    const conversation = this.#conversations.get(name);
    const isKnown = conversation !== undefined &&
      seen.conversations[name] === conversation.last_seq &&
      files.every(({ path, size, modified }) => {
        const known = seen.files[this.#key(path)];
        return known?.size === size && known.modified === modified;
      });
    if (isKnown) return;
    // Where a session was deleted, it stays so, unless somebody has gone on with it elsewhere.
    const here = new Set(files.map(({ path }) => this.#key(path)));
    const deleted = new Set(
      Object.entries(seen.files)
        .filter(([key, file]) => file.conversation === name && !here.has(key))
        .map(([, { last }]) => last),
    );
    try {
      const synced = await syncSession(name, files.map(({ path }) => path), {
        ...this.#options,
        folder: this.#folder,
        wasDeleted: (row) => deleted.has(row),
      });
      if (dryRun) return;
      for (const file of synced.files) {
        seen.files[this.#key(file.path)] = {
          size: file.size,
          modified: file.modified,
          conversation: name,
          last: file.rows.at(-1)?.id ?? null,
        };
      }
      if (synced.lastSeq === null) delete seen.conversations[name];
      else seen.conversations[name] = synced.lastSeq;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      report.problem(
        name,
        error instanceof ContinuumError ? error.detail : String(error),
      );
      account.signal?.throwIfAborted();
    }
  }

  async #settle(left: string[]): Promise<void> {
    await this.#folder.settle(left, (path, before, now) => {
      const known = new Set(now.rows.map(({ id }) => id));
      const first = before.rows.find(({ id }) => !known.has(id))?.id ?? path;
      const { tool } = this.#folder;
      const entries = now.lines.slice(0, 200)
        .map(({ bytes }) => entryOf(bytes));
      const name = this.#seen.files[this.#key(path)]?.conversation ??
        this.#prefix() + tool.session(path, entries);
      return tool.renamed(path, secondName(name, first));
    });
  }

  #prefix(): string {
    return `${PREFIX}${this.#folder.tool.name}:`;
  }

  #key(path: string): string {
    return `${this.#folder.tool.name}/${path}`;
  }
}
