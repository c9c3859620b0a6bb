/** Decides which files get which lines. Nothing is read or written here. */
import { uuidOf } from "../hash.ts";
import type { ReadFile } from "./local.ts";
import type { Branch, SessionTree } from "./tree.ts";
import type { Tool } from "./tools.ts";

export interface Upload {
  file: ReadFile;
  /** The first of its rows that is not there. */
  from: number;
}

export interface Download {
  branch: Branch;
  /** The file that it goes on from; null for a new one. */
  file: ReadFile | null;
  path: string;
}

/** What is missing in the store. */
export function uploadsOf(files: ReadFile[], tree: SessionTree): Upload[] {
  return files.flatMap((file) => {
    const from = knownRows(file, tree.positions);
    return from < file.rows.length ? [{ file, from }] : [];
  });
}

/** The number of a file's first rows that are there. A row's id says all that is before it. */
function knownRows({ rows }: ReadFile, known: Map<string, number>): number {
  let from = rows.length;
  while (from > 0 && !known.has(rows[from - 1]!.id)) from--;
  return from;
}

/**
 * What is missing here. A branch that goes on from what a file ends with goes into that file; any other is a second
 * file beside it, whose name is the same on every machine.
 *
 * @param path where the session's file is, or would be.
 * @param wasDeleted whether a session that ends with that row was here, and is not any more.
 */
export function downloadsOf(
  conversation: string,
  files: ReadFile[],
  { branches }: SessionTree,
  { path, tool, wasDeleted }: {
    path: string;
    tool: Tool;
    wasDeleted: (lastRow: string) => boolean;
  },
): Download[] {
  const downloads: Download[] = [];
  const here = new Set(
    files.flatMap(({ rows }) => rows.map(({ id }) => id)),
  );
  const taken = new Set(files.map((file) => file.path));
  const extended = new Set<ReadFile>();
  let isFirst = files.length === 0;
  for (const branch of branches) {
    const { ids, last } = branch;
    if (here.has(last.client_id) || wasDeleted(last.client_id)) continue;
    const inBranch = new Set(ids);
    const file = files
      .filter((one) =>
        !extended.has(one) && one.rows.length > 0 &&
        inBranch.has(one.rows.at(-1)!.id)
      )
      .sort((a, b) => b.rows.length - a.rows.length)[0];
    let target = file?.path;
    if (target === undefined) {
      const first = ids.find((id) => !here.has(id)) ?? last.client_id;
      const main = files[0]?.path ?? path;
      target = isFirst && !taken.has(path)
        ? path
        : tool.renamed(main, secondName(conversation, first));
    }
    isFirst = false;
    if (file !== undefined) extended.add(file);
    for (const id of ids) here.add(id);
    taken.add(target);
    downloads.push({ branch, file: file ?? null, path: target });
  }
  return downloads;
}

/** The id of the second file for a branch that begins with a row. */
export function secondName(conversation: string, firstRow: string): string {
  return uuidOf("continuum-sync", conversation, firstRow);
}

/** Whether an id may be one of a second file: the programs' own UUIDs have other versions. */
export function isSecondName(id: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    .test(id);
}

/** Whether a file with that id is the second file of a conversation. */
export function isSecondFileOf(
  conversation: string,
  id: string,
  { rows }: ReadFile,
): boolean {
  return rows.some((row) => secondName(conversation, row.id) === id);
}
