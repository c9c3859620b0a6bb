/** Brings the files of one session and its conversation together. */
import { ContinuumError, type Conversation } from "../../src/index.ts";
import type { Account } from "../import/account.ts";
import { Line as LiveLine } from "../import/line.ts";
import { batchesOf } from "./batches.ts";
import type { Folder, ReadFile } from "./local.ts";
import { creationOf, pathHere, timeOfLast } from "./origin.ts";
import type { PathMap } from "./path_map.ts";
import { type Download, downloadsOf, uploadsOf } from "./plan.ts";
import { type SessionTree, sessionTree } from "./tree.ts";

export interface SessionOptions {
  account: Account;
  folder: Folder;
  map: PathMap;
  home: string;
  dryRun: boolean;
  wasDeleted(lastRow: string): boolean;
  report: SyncReport;
}

export interface SyncReport {
  uploaded(path: string, lines: number): void;
  downloaded(path: string, lines: number, isSecond: boolean): void;
  problem(what: string, reason: string): void;
}

export interface Synced {
  /** The last seq at which both sides are the same; null if they are not. */
  lastSeq: number | null;
  /** The session's files as they are now. */
  files: ReadFile[];
}

/** Every failed try is somebody else's success. */
const MOST_TRIES = 50;

/** @param name the continuation id; @param paths the session's files, below the tool's root. */
export async function syncSession(
  name: string,
  paths: string[],
  options: SessionOptions,
): Promise<Synced> {
  const session = new Session(name, options);
  for (let tries = 1;; tries++) {
    try {
      return await session.run(paths);
    } catch (error) {
      // After a lost response the log says what has happened.
      const isRace = error instanceof ContinuumError &&
        (["seq_conflict", "position_conflict"].includes(error.code) ||
          error.outcomeUnknown && tries <= 2);
      if (!isRace || tries === MOST_TRIES) throw error;
    }
  }
}

class Session {
  readonly #name: string;
  readonly #options: SessionOptions;

  constructor(name: string, options: SessionOptions) {
    this.#name = name;
    this.#options = options;
  }

  async run(paths: string[]): Promise<Synced> {
    const { folder, account } = this.#options;
    let { conversation, rows } = await account.log(this.#name);
    if (conversation !== null && conversation.access !== "owner") {
      conversation = null;
      rows = [];
    }
    const tree = sessionTree(rows);
    const files: ReadFile[] = [];
    for (const path of paths) {
      const file = await folder.read(path);
      if (file !== null) files.push(file);
    }
    const live = new LiveLine(
      rows,
      conversation?.head_position ?? 0,
      conversation?.last_seq ?? 0,
    );
    for (const { file, from } of uploadsOf(files, tree)) {
      conversation = await this.#upload(file, from, tree, live, conversation);
    }
    if (tree.isDamaged) {
      this.#options.report.problem(
        this.#name,
        "A message of it was erased, so what follows that message is not written to files.",
      );
    }
    const isWhole = await this.#download(files, tree, conversation);
    return {
      lastSeq: isWhole && !this.#options.dryRun ? live.lastSeq : null,
      files,
    };
  }

  /** Appends what a file has more, as the branch that it is. */
  async #upload(
    file: ReadFile,
    from: number,
    tree: SessionTree,
    live: LiveLine,
    conversation: Conversation | null,
  ): Promise<Conversation | null> {
    const { account, folder, home, dryRun, report } = this.#options;
    const { signal } = account;
    const lines = file.rows.length === 0
      ? 0
      : file.rows.at(-1)!.line - (file.rows[from - 1]?.line ?? -1);
    if (dryRun) {
      report.uploaded(file.path, lines);
      return conversation;
    }
    const handle = account.continuum.conversation(
      conversation?.id ?? this.#name,
    );
    let current = conversation;
    let after = from === 0 ? 0 : tree.positions.get(file.rows[from - 1]!.id)!;
    for (const batch of batchesOf(file, from, folder.tool)) {
      if (!live.isLive(after)) {
        await handle.update({ headPosition: after }, { signal });
        live.switch(after);
      }
      const { conversation, messages } = await handle.append(batch, {
        expectedSeq: live.lastSeq,
        ...(current !== null && { afterPosition: after }),
        ...(current === null && creationOf(file, folder.tool, home)),
        signal,
      });
      current = conversation;
      live.append(messages, after, conversation.last_seq);
      for (const { client_id, position } of messages) {
        tree.positions.set(client_id, position);
        after = position;
      }
    }
    report.uploaded(file.path, lines);
    return current;
  }

  /** @returns whether every branch is here. */
  async #download(
    files: ReadFile[],
    tree: SessionTree,
    conversation: Conversation | null,
  ): Promise<boolean> {
    if (conversation === null) return true;
    const { folder, map, dryRun, report, wasDeleted } = this.#options;
    const path = pathHere(conversation, folder.tool, map);
    if (path === null) {
      report.problem(this.#name, "It does not say where its file belongs.");
      return false;
    }
    let isWhole = true;
    const downloads = downloadsOf(this.#name, files, tree, {
      path,
      tool: folder.tool,
      wasDeleted,
    });
    for (const download of downloads) {
      const { branch, file } = download;
      const count = branch.lines.length - (file?.lines.length ?? 0);
      const isSecond = file === null && download.path !== path;
      if (dryRun) {
        report.downloaded(download.path, count, isSecond);
        continue;
      }
      const written = await this.#write(download);
      if (written === null) {
        isWhole = false;
        continue;
      }
      report.downloaded(download.path, count, isSecond);
      if (file !== null) files.splice(files.indexOf(file), 1);
      files.push(written);
    }
    return isWhole;
  }

  /** Null if somebody writes to the file at this moment: the next run tries again. */
  async #write(
    { branch: { lines }, file, path }: Download,
  ): Promise<ReadFile | null> {
    const { folder, report } = this.#options;
    const time = timeOfLast(lines);
    if (file === null) {
      if (await folder.create(path, lines, time)) {
        return await folder.read(path);
      }
      report.problem(path, "Another file of that name has just been written.");
      return null;
    }
    const extended = file.isBusy
      ? { isDone: false }
      : await folder.extend(file, lines, time);
    if (!extended.isDone) {
      report.problem(
        path,
        "A program is writing to it at this moment. What others have added comes with the next run.",
      );
      return null;
    }
    return await folder.read(path);
  }
}
