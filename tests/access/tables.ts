/**
 * What each grant on a table comes to under the policies. Tables are out of the Data API's reach; this is
 * what holds beneath it, for SQL functions that run as their caller.
 */
import type postgres from "npm:postgres@3.4.9";
import { bearerNames, each, type Outcomes, outcomes } from "./matrix.ts";
import type { Actor } from "../support/actors.ts";
import type { World } from "./world.ts";

export type Privilege = "select" | "insert" | "update" | "delete";

export interface TableCase {
  table: string;
  privilege: Privilege;
  /** The granted columns that it shows to be usable; none for select and delete. */
  columns?: string[];
  what: string;
  outcomes: Outcomes;
  run: (
    tx: postgres.TransactionSql,
    world: World,
    actor: Actor & { id: string },
  ) => PromiseLike<{ count: number }>;
}

/** anon has no grant, and a deleted account has what a stranger has. */
const by = (
  owner: string,
  editor: string,
  viewer: string,
  outsider: string,
  rest: Partial<Outcomes> = {},
): Outcomes =>
  outcomes(owner, editor, viewer, outsider, {
    nobody: "refused",
    secret: "refused",
    ...each(bearerNames, "refused"),
    departed: outsider,
    ...rest,
  });

const readers = by("ok", "ok", "ok", "nothing");
const writers = by("ok", "ok", "nothing", "nothing");
const owner = by("ok", "nothing", "nothing", "nothing");
/** Whoever has an account; without one the foreign key refuses. */
const everybody = by("ok", "ok", "ok", "ok", { departed: "refused" });
const adders = (refused = "refused") => by("ok", refused, refused, refused);

const conversations: TableCase[] = [
  {
    table: "conversations",
    privilege: "select",
    what: "one by its id",
    outcomes: readers,
    run: (tx, { id }) =>
      tx`select from continuum.conversations where id = ${id}`,
  },
  {
    table: "conversations",
    privilege: "insert",
    columns: ["continuation_id", "title", "metadata", "ttl_seconds"],
    what: "one of one's own",
    outcomes: everybody,
    run: (tx, { mark }) =>
      tx`
        insert into continuum.conversations (continuation_id, title, metadata, ttl_seconds)
        values (${mark}, 'Mine', '{}', 60)
      `,
  },
  ...([
    ["title", "'New'"],
    ["metadata", `'{"new":true}'`],
    ["archived_at", "now()"],
  ] as const).map(([column, value]): TableCase => ({
    table: "conversations",
    privilege: "update",
    columns: [column],
    what: `its ${column}`,
    outcomes: writers,
    run: (tx, { id }) =>
      tx.unsafe(
        `update continuum.conversations set ${column} = ${value} where id = $1`,
        [id],
      ),
  })),
  {
    table: "conversations",
    privilege: "update",
    columns: ["ttl_seconds"],
    what: "its ttl_seconds",
    outcomes: { ...owner, editor: "owner_only" },
    run: (tx, { id }) =>
      tx`update continuum.conversations set ttl_seconds = 60 where id = ${id}`,
  },
  {
    table: "conversations",
    privilege: "delete",
    what: "one",
    outcomes: owner,
    run: (tx, { id }) =>
      tx`delete from continuum.conversations where id = ${id}`,
  },
];

const members: TableCase[] = [
  {
    table: "conversation_members",
    privilege: "select",
    what: "another's row",
    outcomes: owner,
    run: (tx, { id, member }) =>
      tx`
        select from continuum.conversation_members
        where conversation_id = ${id} and user_id = ${member}
      `,
  },
  {
    table: "conversation_members",
    privilege: "select",
    what: "one's own row",
    outcomes: by("nothing", "ok", "ok", "nothing", { declined: "ok" }),
    run: (tx, { id }, actor) =>
      tx`
        select from continuum.conversation_members
        where conversation_id = ${id} and user_id = ${actor.id}
      `,
  },
  {
    table: "conversation_members",
    privilege: "insert",
    columns: ["conversation_id", "user_id", "role"],
    what: "another",
    outcomes: adders(),
    run: (tx, { id, newcomer }) =>
      tx`
        insert into continuum.conversation_members (conversation_id, user_id, role)
        values (${id}, ${newcomer}, 'editor')
      `,
  },
  {
    table: "conversation_members",
    privilege: "update",
    columns: ["role"],
    what: "another's role",
    outcomes: owner,
    run: (tx, { id, member }) =>
      tx`
        update continuum.conversation_members set role = 'editor'
        where conversation_id = ${id} and user_id = ${member}
      `,
  },
  {
    table: "conversation_members",
    privilege: "update",
    columns: ["role"],
    what: "one's own role",
    outcomes: by("nothing", "nothing", "nothing", "nothing"),
    run: (tx, { id }, actor) =>
      tx`
        update continuum.conversation_members set role = 'editor'
        where conversation_id = ${id} and user_id = ${actor.id}
      `,
  },
  {
    table: "conversation_members",
    privilege: "delete",
    what: "another",
    outcomes: owner,
    run: (tx, { id, member }) =>
      tx`
        delete from continuum.conversation_members
        where conversation_id = ${id} and user_id = ${member}
      `,
  },
  {
    // Leaving is a decline, which stays: a row that is gone could be put there anew.
    table: "conversation_members",
    privilege: "delete",
    what: "one's own row",
    outcomes: by("nothing", "nothing", "nothing", "nothing"),
    run: (tx, { id }, actor) =>
      tx`
        delete from continuum.conversation_members
        where conversation_id = ${id} and user_id = ${actor.id}
      `,
  },
];

const messages: TableCase[] = [
  {
    table: "messages",
    privilege: "select",
    what: "those of a conversation",
    outcomes: readers,
    run: (tx, { id }) =>
      tx`select from continuum.messages where conversation_id = ${id}`,
  },
  {
    table: "append_keys",
    privilege: "select",
    what: "those of a conversation",
    outcomes: writers,
    run: (tx, { id }) =>
      tx`select from continuum.append_keys where conversation_id = ${id}`,
  },
  {
    table: "message_usage",
    privilege: "select",
    what: "the owner's",
    outcomes: owner,
    run: (tx, { id }) =>
      tx`
        select from continuum.message_usage
        where owner_id = (select owner_id from continuum.conversations where id = ${id})
      `,
  },
];

const files: TableCase[] = [
  {
    table: "storage_usage",
    privilege: "select",
    what: "the owner's",
    outcomes: owner,
    run: (tx, { id }) =>
      tx`
        select from continuum.storage_usage
        where owner_id = (select owner_id from continuum.conversations where id = ${id})
      `,
  },
  ...(["linked", "unlinked", "pending", "awaited", "deleted"] as const).map(
    (which): TableCase => ({
      table: "files",
      privilege: "select",
      what: `a ${which} one`,
      outcomes: which === "linked" ? readers : owner,
      run: (tx, world) =>
        tx`select from continuum.files where id = ${world[which]}`,
    }),
  ),
  {
    table: "conversation_files",
    privilege: "select",
    what: "those of a conversation",
    outcomes: readers,
    run: (tx, { id }) =>
      tx`select from continuum.conversation_files where conversation_id = ${id}`,
  },
  {
    table: "conversation_files",
    privilege: "insert",
    columns: ["conversation_id", "file_id"],
    what: "a file of one's own",
    outcomes: adders(),
    run: (tx, { id, unlinked }) =>
      tx`
        insert into continuum.conversation_files (conversation_id, file_id)
        values (${id}, ${unlinked})
      `,
  },
  {
    table: "conversation_files",
    privilege: "delete",
    what: "what the owner linked",
    outcomes: owner,
    run: (tx, { id, linked }) =>
      tx`
        delete from continuum.conversation_files
        where conversation_id = ${id} and file_id = ${linked}
      `,
  },
  {
    table: "file_contents",
    privilege: "select",
    what: "that of a linked file",
    outcomes: owner,
    run: (tx, { linked }) =>
      tx`
        select from continuum.file_contents c join continuum.files f on f.content_id = c.id
        where f.id = ${linked}
      `,
  },
  {
    table: "file_contents",
    privilege: "insert",
    columns: ["bucket", "mime_type", "size_bytes", "announced_bytes"],
    what: "one of one's own",
    outcomes: everybody,
    run: (tx) =>
      tx`
        insert into continuum.file_contents (bucket, mime_type, size_bytes, announced_bytes)
        values ('user-files', 'text/plain', 1, 1)
      `,
  },
  {
    table: "file_contents",
    privilege: "update",
    columns: ["status", "size_bytes", "sha256", "digest_verified"],
    what: "a pending one, to its bytes",
    outcomes: owner,
    run: (tx, { pending }) =>
      tx`
        update continuum.file_contents
        set size_bytes = 6, sha256 = null, digest_verified = false, status = 'pending'
        where owner_id = (select owner_id from continuum.files where id = ${pending})
          and id = (select content_id from continuum.files where id = ${pending})
      `,
  },
  {
    table: "files",
    privilege: "insert",
    columns: [
      "content_id",
      "original_name",
      "mime_type",
      "declared_type",
      "type_parameters",
      "metadata",
    ],
    what: "the name of an upload of their own",
    outcomes: everybody,
    run: async (tx, { mark }) => {
      const [content] = await tx`
        insert into continuum.file_contents (bucket, mime_type, size_bytes)
        values ('user-files', 'text/plain', 1) returning id
      `;
      return await tx`
        insert into continuum.files
          (content_id, original_name, mime_type, declared_type, type_parameters, metadata)
        values (${content!.id}, ${mark}, 'text/plain', null, null, '{}'::jsonb)
      `;
    },
  },
  {
    table: "files",
    privilege: "update",
    columns: ["content_id", "original_name", "mime_type", "metadata", "status"],
    what: "its name and status",
    outcomes: owner,
    run: (tx, { linked, mark }) =>
      tx`
        update continuum.files
        set content_id = content_id, original_name = ${mark}, mime_type = mime_type,
          metadata = '{"new":true}', status = status
        where id = ${linked}
      `,
  },
];

export const tableCases = [...conversations, ...members, ...messages, ...files];

/** Every table, with what service_role may do to it: to columns where only those are granted. */
export const serviceGrants: Record<string, string[]> = {
  append_keys: [],
  conversation_files: ["select", "delete"],
  conversation_members: ["select", "delete"],
  conversations: ["select", "delete", "update ttl_seconds"],
  file_contents: ["select", "update", "delete"],
  files: ["select", "update", "delete"],
  message_usage: ["select", "insert", "update"],
  messages: ["select", "delete"],
  object_walk: [],
  rate_buckets: [],
  refused_shares: [],
  schema_version: ["select"],
  storage_usage: ["select", "insert", "update"],
  sweep_schedule: [],
  unlinked_files: ["select", "insert", "update", "delete"],
};
