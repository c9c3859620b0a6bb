/**
 * What each grant on a table comes to under the policies. Tables are out of the Data API's reach; this is
 * what holds beneath it, for SQL functions that run as their caller.
 */
import type postgres from "npm:postgres@3.4.9";
import { type Outcomes, outcomes } from "./matrix.ts";
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

/** anon and who has no account have no grant; forged and secret do not come as authenticated. */
const by = (
  owner: string,
  editor: string,
  viewer: string,
  outsider: string,
  rest: Partial<Outcomes> = {},
): Outcomes =>
  outcomes(owner, editor, viewer, outsider, {
    nobody: "refused",
    forged: "refused",
    secret: "refused",
    ...rest,
  });

const readers = by("ok", "ok", "ok", "nothing");
const writers = by("ok", "ok", "nothing", "nothing");
const owner = by("ok", "nothing", "nothing", "nothing");
const everybody = by("ok", "ok", "ok", "ok");
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
    columns: ["conversation_id", "file_id", "message_seq"],
    what: "a file that one sees to the editor's message",
    outcomes: by("refused", "ok", "refused", "refused"),
    run: (tx, { id, linked }) =>
      tx`
        insert into continuum.conversation_files (conversation_id, file_id, message_seq)
        values (${id}, ${linked}, 3)
      `,
  },
];

export const tableCases = [...conversations, ...members, ...messages, ...files];
