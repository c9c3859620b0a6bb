/** Imports into accounts of test users, and what is then there. */
import type { Actor } from "../support/actors.ts";
import { signUp } from "../support/actors.ts";
import { request } from "../support/http.ts";
import { clientOf } from "../client/clients.ts";
import { Account } from "../../client/cli/import/account.ts";
import type { Finding } from "../../client/cli/import/model.ts";
import { type Counts, Report } from "../../client/cli/import/report.ts";
import { type ImportOptions, importPath } from "../../client/cli/import/run.ts";
import { parseExact } from "../../client/cli/json/exact.ts";

export type User = Actor & { id: string };

export interface Imported extends Counts {
  findings: (Finding & { file: string })[];
}

/** An account on its own, with what an import needs of it. `fetch` may fail on purpose. */
export function accountOf(
  user: User,
  options: { fetch?: typeof fetch; signal?: AbortSignal; retries?: number } =
    {},
): Account {
  const { signal, ...http } = options;
  return new Account(
    clientOf(user, {
      json: { parse: parseExact, stringify: JSON.stringify },
      ...http,
    }),
    signal,
  );
}

export async function importInto(
  account: Account,
  path: string,
  options: Partial<ImportOptions> = {},
): Promise<Imported> {
  const findings: Imported["findings"] = [];
  const report = new Report((finding) => findings.push(finding));
  await importPath(path, {
    account,
    report,
    dryRun: false,
    jobs: 1,
    onProgress: () => {},
    ...options,
  });
  return { ...report.counts, findings };
}

export const newUser = (): Promise<User> => signUp("owner");

/** A folder that is removed with the process. */
export function temporaryFolder(): string {
  const folder = Deno.makeTempDirSync({ prefix: "continuum-" });
  globalThis.addEventListener("unload", () => {
    Deno.removeSync(folder, { recursive: true });
  });
  return folder;
}

const folder = temporaryFolder();
let written = 0;

/** Writes a file of an export and returns its path. */
export async function file(
  name: string,
  content: string | Uint8Array | object,
): Promise<string> {
  const path = `${folder}/${++written}-${name}`;
  if (typeof content === "string") await Deno.writeTextFile(path, content);
  else if (content instanceof Uint8Array) await Deno.writeFile(path, content);
  else await Deno.writeTextFile(path, JSON.stringify(content));
  return path;
}

export function jsonl(lines: unknown[]): string {
  return lines.map((line) => JSON.stringify(line) + "\n").join("");
}

// deno-lint-ignore no-explicit-any -- rows of exports, looked into by many tests
export type Row = any;

export interface StoredConversation {
  conversation: Row;
  rows: Row[];
  files: Row[];
}

/** All that a user has, as the API exports it, by continuation id. */
export async function everythingOf(
  user: User,
): Promise<Map<string, StoredConversation>> {
  const found = new Map<string, StoredConversation>();
  for (const archived of [false, true]) {
    for await (const { id } of clientOf(user).list({ archived })) {
      const { text } = await request(user, `conversation-history/${id}/export`);
      const lines = text.trimEnd().split("\n").map((line) => JSON.parse(line));
      const ofType = (type: string) =>
        lines.filter((line) => line.type === type);
      found.set(lines[0].continuation_id, {
        conversation: lines[0],
        rows: ofType("message"),
        files: ofType("file"),
      });
    }
  }
  return new Map([...found].sort(([a], [b]) => a < b ? -1 : 1));
}

export async function conversationOf(
  user: User,
  name: string,
): Promise<StoredConversation> {
  const found = (await everythingOf(user)).get(name);
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found;
}

/** The texts of the live line. */
export function shown({ rows }: StoredConversation): string[] {
  return rows.filter(({ live }) => live)
    .sort((a, b) => a.position - b.position)
    .map(({ content }) => content);
}

/** The text of each message with the texts of all before it, of every branch. */
export function paths({ rows }: StoredConversation): string[] {
  const newest = new Map<number, Row>();
  for (const row of rows) newest.set(row.position, row);
  const path = (position: number): string => {
    const row = newest.get(position);
    if (row === undefined) return "";
    return `${path(row.parent_position)}/${row.content}`;
  };
  return [...newest.keys()].map(path).sort();
}

/** What two imports of the same source have in common: all but ids, and times that the server has set. */
export function comparable(
  stored: Map<string, StoredConversation>,
): unknown[] {
  return [...stored].map(([name, { conversation, rows, files }]) => {
    const fileNames = new Map(
      files.map(({ id, original_name, sha256 }) => [
        id,
        `${original_name} ${sha256}`,
      ]),
    );
    const { title, metadata, archived_at, last_seq, ttl_seconds } =
      conversation;
    return {
      name,
      title,
      metadata,
      ttl_seconds,
      is_archived: archived_at !== null,
      last_seq,
      head: conversation.head_position,
      rows: rows.map(({ id: _, author_id: __, type: ___, ...row }) => ({
        ...row,
        // The source has no time of a message that seems to be of today.
        created_at: Date.parse(row.created_at) > Date.now() - 86_400_000
          ? null
          : row.created_at,
        erased_at: row.erased_at !== null,
        ...(row.erased_at !== null && { token_count: null }),
        file_ids: row.file_ids.map((id: string) => fileNames.get(id)),
      })),
      files: files.map(({ original_name, sha256, mime_type, metadata }) => ({
        original_name,
        sha256,
        mime_type,
        metadata,
      })).sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1),
    };
  });
}
