/** What every case of access starts from, and how the database looks afterwards. */
import { cast } from "../support/actors.ts";
import { withSql } from "../support/sql.ts";

export const actors = await cast();
const everybody = Object.values(actors).flatMap(({ id }) =>
  id === null ? [] : [id]
);

export interface World {
  /** The owner's conversation of one message, shared with viewer and editor. */
  shared: string;
  /** Another conversation of the owner's, of one message, shared with nobody. */
  unshared: string;
  /** A ready file of the owner's, linked to `shared`. */
  file: string;
  /** A word that only this world has: operations name what they make by it. */
  mark: string;
}

/** Makes a fresh world behind the API's back. */
export function makeWorld(): Promise<World> {
  const mark = crypto.randomUUID();
  return withSql((sql) =>
    sql.begin(async (tx) => {
      const conversations = await tx<{ id: string }[]>`
        insert into public.conversations (owner_id, continuation_id, title)
        select ${actors.owner.id}, ${mark} || '-' || n, 'Original' from generate_series(1, 2) n
        returning id
      `;
      const [shared, unshared] = conversations.map(({ id }) => id) as [
        string,
        string,
      ];
      await tx`
        insert into public.messages
          (conversation_id, seq, author_id, role, content, token_count, payload_hash)
        select c, 1, ${actors.owner.id}, 'user', 'Original', 2, sha256('')
        from unnest(${[shared, unshared]}::uuid[]) c
      `;
      await tx`
        insert into public.conversation_members (conversation_id, user_id, role)
        values (${shared}, ${actors.viewer.id}, 'viewer'), (${shared}, ${actors.editor.id}, 'editor')
      `;
      // Ready without an object in storage, which is not what is tested here.
      await tx`alter table public.files disable trigger files_check`;
      const [file] = await tx<{ id: string }[]>`
        insert into public.files (owner_id, bucket, storage_path, original_name, mime_type, size_bytes, status)
        values (${actors.owner.id}, 'user-files', ${mark}, 'a.txt', 'text/plain', 1, 'ready')
        returning id
      `;
      await tx`alter table public.files enable trigger files_check`;
      await tx`
        insert into public.conversation_files (conversation_id, file_id, attached_by)
        values (${shared}, ${file!.id}, ${actors.owner.id})
      `;
      return { shared, unshared, file: file!.id, mark };
    })
  );
}

type Row = Record<string, unknown>;

/** All rows that concern the owner, the quota of everybody, and what the cast has made of its own. */
export interface State {
  conversations: Row[];
  messages: Row[];
  members: Row[];
  files: Row[];
  links: Row[];
  usage: Row[];
  versions: Row[];
  /** Conversations and files of anybody of the cast that carry the mark. */
  made: Row[];
}

export function readState(world: World): Promise<State> {
  return withSql(async (sql) => {
    const conversations = await sql`
      select * from public.conversations where owner_id = ${actors.owner.id} order by id
    `;
    const ids = conversations.map(({ id }) => id);
    return {
      conversations,
      messages: await sql`
        select * from public.messages where conversation_id = any(${ids}::uuid[])
        order by conversation_id, seq
      `,
      members: await sql`
        select * from public.conversation_members where conversation_id = any(${ids}::uuid[])
        order by conversation_id, user_id
      `,
      files:
        await sql`select * from public.files where owner_id = ${actors.owner.id} order by id`,
      links: await sql`
        select * from public.conversation_files where conversation_id = any(${ids}::uuid[])
        order by conversation_id, file_id, message_seq
      `,
      usage: await sql`
        select * from public.storage_usage where owner_id = any(${everybody}::uuid[]) order by owner_id
      `,
      versions: await sql`select * from public.schema_version order by version`,
      made: await sql`
        select owner_id from public.conversations
        where owner_id = any(${everybody}::uuid[]) and continuation_id = ${world.mark}
        union all
        select owner_id from public.files
        where owner_id = any(${everybody}::uuid[]) and original_name = ${world.mark}
      `,
    };
  });
}
