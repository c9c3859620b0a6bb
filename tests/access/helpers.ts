/**
 * What the helpers come to that run with their definer's rights, for those who may execute them. The Data API does not
 * expose them; this is what they ask of their caller themselves, whichever SQL function calls them.
 */
import type postgres from "npm:postgres@3.4.9";
import { each, type Outcomes, outcomes } from "./matrix.ts";
import type { Actor } from "../support/actors.ts";
import { withSql } from "../support/sql.ts";
import type { World } from "./world.ts";

export interface HelperCase {
  /** The name of the helper. */
  helper: string;
  outcomes: Outcomes;
  /** Comes to `nothing` if it gives no row, or one that is null, false or empty. */
  run: (
    tx: postgres.TransactionSql,
    world: World,
    actor: Actor & { id: string },
  ) => PromiseLike<postgres.Row[]>;
}

const keys = ["nobody", "publishable", "legacyAnon"] as const;

/** anon may execute none of them, and a deleted account is a stranger. */
const by = (
  owner: string,
  editor: string,
  viewer: string,
  outsider: string,
  rest: Partial<Outcomes> = {},
): Outcomes =>
  outcomes(owner, editor, viewer, outsider, {
    departed: outsider,
    ...each(keys, "refused"),
    ...rest,
  });

const readers = by("ok", "ok", "ok", "nothing");
const writers = by("ok", "ok", "nothing", "nothing");
const owner = by("ok", "nothing", "nothing", "nothing");
const anybody = by("ok", "ok", "ok", "ok");

/** Where the bytes of a file are, which most may not ask. */
async function contentOf(file: string) {
  const [content] = await withSql((sql) =>
    sql<{ id: string; bucket: string; path: string; version: string }[]>`
      select c.id, c.bucket, c.storage_path as path, o.version
      from continuum.files f join continuum.file_contents c on c.id = f.content_id
      join storage.objects o on o.bucket_id = c.bucket and o.name = c.storage_path
      where f.id = ${file}
    `
  );
  return content!;
}

/** The greatest id: what a list begins before. */
const LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff";

const reads: HelperCase[] = [
  {
    helper: "reads",
    outcomes: readers,
    run: (tx, { id }) => tx`select continuum.reads(${id}) as it`,
  },
  {
    helper: "writes",
    outcomes: writers,
    run: (tx, { id }) => tx`select continuum.writes(${id}) as it`,
  },
  {
    helper: "owns",
    outcomes: owner,
    run: (tx, { id }) => tx`select continuum.owns(${id}) as it`,
  },
  {
    helper: "is_member",
    outcomes: by("nothing", "ok", "ok", "nothing"),
    run: (tx, { id }) => tx`select continuum.is_member(${id}) as it`,
  },
  {
    helper: "is_editor",
    outcomes: by("nothing", "ok", "nothing", "nothing"),
    run: (tx, { id }) => tx`select continuum.is_editor(${id}) as it`,
  },
  {
    helper: "accepted_conversations",
    outcomes: by("nothing", "ok", "ok", "nothing", { invited: "nothing" }),
    run: (tx, { id }) =>
      tx`select a as it from continuum.accepted_conversations() a where a = ${id}`,
  },
  {
    helper: "listed_conversations",
    outcomes: by("ok", "ok", "ok", "nothing", { invited: "nothing" }),
    run: (tx, { id }) =>
      tx`
        select l.id as it
        from continuum.listed_conversations(false, false, null, null, 'infinity', ${LAST}, 100) l where l.id = ${id}
      `,
  },
  {
    helper: "search_hits",
    outcomes: by("ok", "ok", "ok", "nothing", { invited: "nothing" }),
    run: (tx, { id, word }) =>
      tx`
        select h.seq as it
        from continuum.search_hits(continuum.search_query(${word}), false, 'infinity', ${LAST}, 9) h
        where h.conversation_id = ${id}
      `,
  },
  {
    helper: "messages_json",
    outcomes: readers,
    run: (tx, { id }) =>
      tx`select continuum.messages_json(${id}, array[1, 2]) as it`,
  },
  {
    helper: "page_seqs",
    outcomes: readers,
    run: (tx, { id }) =>
      tx`select p.seqs as it from continuum.page_seqs(${id}, false, null, null, 9) p`,
  },
  {
    helper: "log_piece",
    outcomes: readers,
    run: (tx, { id }) =>
      tx`select p.seqs as it from continuum.log_piece(${id}, 0, null) p`,
  },
  {
    helper: "fit_context",
    outcomes: readers,
    run: (tx, { id }) =>
      tx`select f.seqs as it from continuum.fit_context(${id}, 999, 9) f`,
  },
  {
    helper: "rows_of_client_id",
    outcomes: readers,
    run: (tx, { id, ownersMessage }) =>
      tx`select r.seq as it from continuum.rows_of_client_id(${id}, ${ownersMessage}) r`,
  },
  {
    helper: "repeats_as_read",
    outcomes: readers,
    run: (tx, { id, word }) => {
      const messages = JSON.stringify([{ role: "user", content: word }]);
      return tx`
        select continuum.repeats_as_read(${id}, 1, m) as it
        from unnest(continuum.incoming_messages(${messages}::text::json)) m
      `;
    },
  },
  {
    helper: "linked_files",
    outcomes: readers,
    run: (tx, { id, linked }) =>
      tx`select l.id as it from continuum.linked_files(${id}, 9) l where l.id = ${linked}`,
  },
  {
    helper: "links_of",
    outcomes: owner,
    run: (tx, { linked }) =>
      tx`
        select l as it from json_array_elements(continuum.links_of(${linked})) l
      `,
  },
  {
    helper: "find_file",
    outcomes: readers,
    run: (tx, { linked }) =>
      tx`select f.id as it from continuum.find_file(${linked}) f`,
  },
  {
    helper: "sees_link_of",
    outcomes: readers,
    run: (tx, { linked }) => tx`select continuum.sees_link_of(${linked}) as it`,
  },
  {
    helper: "reads_object",
    outcomes: readers,
    run: async (tx, { linked }) => {
      const { bucket, path, version } = await contentOf(linked);
      return await tx`select continuum.reads_object(${bucket}, ${path}, ${version}) as it`;
    },
  },
  {
    helper: "arrived_object",
    outcomes: by(
      "ok",
      "upload_incomplete",
      "upload_incomplete",
      "upload_incomplete",
    ),
    run: async (tx, { pending }) => {
      const { id } = await contentOf(pending);
      return await tx`select a.size_bytes as it from continuum.arrived_object(${id}) a`;
    },
  },
  {
    // The limits of a bucket are in the documentation.
    helper: "bucket_limits",
    outcomes: anybody,
    run: (tx) =>
      tx`select b.max_bytes as it from continuum.bucket_limits('user-files') b`,
  },
  {
    helper: "has_too_many_invitations",
    outcomes: by("nothing", "nothing", "nothing", "nothing"),
    run: (tx, { newcomer }) =>
      tx`select continuum.has_too_many_invitations(${newcomer}) as it`,
  },
  {
    helper: "require_account",
    outcomes: { ...anybody, departed: "invalid_token" },
    run: (tx) => tx`select continuum.require_account() as it`,
  },
];

const writes: HelperCase[] = [
  {
    helper: "lock_conversation",
    // Whoever does not see it gets one of their own.
    outcomes: by("ok", "ok", "read_only", "nothing", { departed: "refused" }),
    run: (tx, { id }) =>
      tx`
        select (l.conversation).id as it
        from continuum.lock_conversation(${id}, null, '{}', null) l where (l.conversation).id = ${id}
      `,
  },
  {
    helper: "write_messages",
    outcomes: by("ok", "ok", "not_found", "not_found"),
    run: (tx, { id }) =>
      tx`
        select (w.conversation).id as it from continuum.write_messages(${id}, 1, '{}'::continuum.incoming_message[]) w
      `,
  },
  {
    helper: "remember_key",
    outcomes: by("ok", "ok", "not_found", "not_found"),
    run: (tx, { id, mark }) =>
      tx`select continuum.remember_key(${id}, ${mark}, sha256(''), array[1]::bigint[])::text is not null as it`,
  },
  {
    helper: "empty_message",
    outcomes: by("ok", "owner_only", "not_found", "not_found"),
    run: (tx, { id }) =>
      tx`select continuum.empty_message(${id}, 1)::text is not null as it`,
  },
  {
    helper: "switch_line",
    outcomes: by("ok", "ok", "not_found", "not_found"),
    run: (tx, { id }) =>
      tx`select continuum.switch_line(${id}, 2)::text is not null as it`,
  },
  {
    helper: "copy_line",
    // Only into a new conversation of one's own, as a fork makes one.
    outcomes: by("refused", "refused", "refused", "refused"),
    run: (tx, { id }) =>
      tx`select continuum.copy_line(${id}, ${id}, 1)::text is not null as it`,
  },
  {
    helper: "link_files",
    outcomes: by("ok", "ok", "not_found", "not_found"),
    run: (tx, { id, linked }) =>
      tx`select continuum.link_files(${id}, null, array[${linked}]::uuid[])::text is not null as it`,
  },
  {
    helper: "use_again",
    outcomes: by("ok", "nothing", "nothing", "nothing"),
    run: async (tx, { unlinked }) => {
      await tx`select continuum.use_again(${unlinked})`;
      // It is silent, so what it did is looked up.
      await tx`reset role`;
      return await tx`
        select u.file_id as it from continuum.unlinked_files u
        where u.file_id = ${unlinked} and u.unlinked_at > now() - interval '1 minute'
          and u.xmin::text = (pg_current_xact_id()::text::bigint % 4294967296)::text
      `;
    },
  },
  {
    helper: "answer_invitation",
    outcomes: by("nothing", "ok", "ok", "nothing", { declined: "ok" }),
    run: (tx, { id }) =>
      tx`select a.user_id as it from continuum.answer_invitation(${id}, true) a`,
  },
  {
    // Of one's own names alone.
    helper: "release_expired_name",
    outcomes: anybody,
    run: (tx, { mark }) =>
      tx`select true as it from continuum.release_expired_name(${mark})`,
  },
  {
    helper: "take_from_bucket",
    outcomes: { ...anybody, departed: "invalid_token" },
    run: (tx) =>
      tx`select t.is_granted as it from continuum.take_from_bucket('read', 9, 60) t`,
  },
];

export const helperCases = [...reads, ...writes];
