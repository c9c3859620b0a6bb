/** What every case of access to files starts from, and what is there afterwards. */
import { type Actor, cast } from "../support/actors.ts";
import { append, fresh } from "../support/http.ts";
import { share } from "../support/sharing.ts";
import { withSql } from "../support/sql.ts";
import { put, reserve, storedFile } from "../support/stored_files.ts";

export const actors = await cast();
export const owner = actors.owner;

export const BUCKET = "user-files";

export interface World {
  /** The owner's conversation, shared with viewer and editor. All but `unlinked` are linked to it. */
  conversation: string;
  /** Ids of files of the owner's. */
  linked: string;
  unlinked: string;
  /** Pending, with its bytes in storage. */
  pending: string;
  /** Pending, without. */
  awaited: string;
  /** Deleted, its object left by a crash. */
  deleted: string;
  /** A word that only this world has: operations name what they make by it. */
  mark: string;
}

/** Where a file of the owner's has its object. */
export const pathOf = (id: string) => `${owner.id}/${id}`;

export async function makeWorld(): Promise<World> {
  const conversation = (await append(owner, fresh("files"), ["hello"])).body
    .conversation.id;
  const continuation_id = conversation;
  const query = `continuation_id=${conversation}`;
  const [linked, unlinked, deleted, pending, awaited] = await Promise.all([
    storedFile(owner, { query }),
    storedFile(owner),
    storedFile(owner, { query }),
    reserve(owner, { continuation_id }),
    reserve(owner, { continuation_id }),
    share(conversation, actors.viewer, "viewer"),
    share(conversation, actors.editor, "editor"),
  ]);
  await put(pending, "hello");
  await withSql((sql) =>
    sql`update continuum.files set status = 'deleted' where id = ${deleted.id}`
  );
  return {
    conversation,
    linked: linked.id,
    unlinked: unlinked.id,
    deleted: deleted.id,
    pending: pending.body.file.id,
    awaited: awaited.body.file.id,
    mark: crypto.randomUUID(),
  };
}

type Row = Record<string, unknown>;

/** Whatever the cases may change. */
export interface State {
  /** The owner's files of this world. */
  files: Row[];
  /** Links of the conversation to files. */
  links: Row[];
  /** Objects of this world, or whose name has its mark. */
  objects: { name: string; version: string }[];
  buckets: Row[];
  /** Files of anybody's with the mark as their name. */
  made: Row[];
}

export function readState(world: World): Promise<State> {
  const { mark, conversation, ...ids } = world;
  const files = Object.values(ids);
  const paths = files.map(pathOf);
  return withSql(async (sql) => ({
    files: await sql`
      select * from continuum.files where id = any(${files}::uuid[]) order by id
    `,
    links: await sql`
      select l.file_id, f.original_name, l.attached_by
      from continuum.conversation_files l join continuum.files f on f.id = l.file_id
      where l.conversation_id = ${conversation} order by l.file_id
    `,
    objects: await sql<{ name: string; version: string }[]>`
      select name, version from storage.objects
      where name = any(${paths}) or name like ${"%" + mark + "%"} order by name
    `,
    buckets: await sql`
      select id, public, file_size_limit, allowed_mime_types from storage.buckets order by id
    `,
    made: await sql`
      select owner_id from continuum.files where original_name = ${mark}
    `,
  }));
}

/** The bucket of uploads, asked by supabase-js as `actor`. */
export const storage = (actor: Actor) => actor.supabase.storage.from(BUCKET);
