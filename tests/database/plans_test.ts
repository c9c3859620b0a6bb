/**
 * How many rows the API's functions read, among 200,000 conversations: 100,000 of others, 100,000 of one
 * user, 200 of the one who asks, of which one has 20,000 messages, and who
 * has 500 shares, most of them invitations. All rolled back. What is asserted is
 * what PostgreSQL counted while the functions ran, so it holds for the statements inside them.
 */
import assert from "node:assert/strict";
import type postgres from "npm:postgres@3.4.9";
import { signUp } from "../support/actors.ts";
import { become } from "../support/as_user.ts";
import { withSql } from "../support/sql.ts";

type Tx = postgres.TransactionSql;

const [owner, heavy, other, crowd] = await Promise.all([
  signUp("owner"),
  signUp("heavy"),
  signUp("other"),
  signUp("crowd"),
]);

interface Case {
  what: string;
  by?: "heavy";
  run: (tx: Tx, conversation: string) => PromiseLike<unknown>;
  /** The most rows that it may read. */
  rows: number;
}

const appendOf = (id: string, count: number, rest = {}) => ({
  continuation_id: id,
  ...rest,
  messages: Array.from({ length: count }, (_, n) => ({
    role: "user",
    content: "hello",
    client_id: `new-${n}`,
  })),
});
const append = (tx: Tx, request: unknown) =>
  tx`select public.append_messages(${JSON.stringify(request)})`;
const page = (
  tx: Tx,
  id: string,
  before: number | null,
  after: number | null,
  view = "line",
) => tx`select public.read_history(${id}, ${view}, 100, ${before}, ${after})`;
const list = (tx: Tx, prefix: string | null, metadata: string | null) =>
  tx`select public.list_conversations(false, false, 20, ${prefix}, ${metadata})`;

const cases: Case[] = [
  {
    what: "the newest page",
    run: (tx, id) => page(tx, id, null, null),
    rows: 300,
  },
  {
    what: "a page before",
    run: (tx, id) => page(tx, id, 10_000, null),
    rows: 300,
  },
  {
    what: "a page after",
    run: (tx, id) => page(tx, id, null, 10_000),
    rows: 300,
  },
  { what: "the first page", run: (tx, id) => page(tx, id, null, 0), rows: 300 },
  {
    what: "a page of the log",
    run: (tx, id) => page(tx, id, null, 10_000, "log"),
    rows: 300,
  },
  {
    what: "one message",
    run: (tx, id) => tx`select public.read_message(${id}, '10000')`,
    rows: 50,
  },
  {
    what: "an append of one with a client_id",
    run: (tx, id) => append(tx, appendOf(id, 1)),
    rows: 60,
  },
  {
    what: "an append of 100 with client_ids",
    run: (tx, id) => append(tx, appendOf(id, 100)),
    rows: 1000,
  },
  {
    what: "an append of 100 that are there already",
    run: async (tx, id) => {
      await append(tx, appendOf(id, 100));
      await append(tx, appendOf(id, 100));
    },
    rows: 2000,
  },
  {
    what: "a revision",
    run: (tx, id) =>
      append(tx, {
        continuation_id: id,
        messages: [{ role: "user", content: "again", revises: 10_000 }],
      }),
    rows: 60,
  },
  {
    what: "a rewind by one",
    run: (tx, id) => append(tx, appendOf(id, 1, { after_position: 19_999 })),
    rows: 80,
  },
  {
    what: "a rewind by a hundred",
    run: (tx, id) => append(tx, appendOf(id, 1, { after_position: 19_900 })),
    rows: 800,
  },
  {
    what: "a rewind to the start",
    run: (tx, id) => append(tx, appendOf(id, 1, { after_position: 0 })),
    rows: 90_000,
  },
  {
    what: "a context",
    run: (tx, id) => tx`select public.read_context(${id}, 100, 200)`,
    rows: 500,
  },
  {
    what: "a piece of an export",
    run: (tx, id) => tx`select public.export_messages(${id}, 100, 20000)`,
    rows: 3200,
  },
  {
    what: "a piece of a log that is followed",
    run: (tx, id) =>
      tx`select public.follow_messages(${id}, 10000, '-infinity')`,
    rows: 1600,
  },
  {
    what: "a look at what is followed",
    run: (tx, id) =>
      tx`select public.follow_conversations(${[id]}::uuid[], ${["plan-7"]})`,
    rows: 20,
  },
  {
    what: "a search",
    run: (tx) => tx`select public.search_messages('w19990', 20)`,
    rows: 800,
  },
  {
    what: "the list",
    run: (tx) => list(tx, null, null),
    rows: 700,
  },
  {
    what: "the list by prefix",
    run: (tx) => list(tx, "plan-10", null),
    rows: 700,
  },
  {
    what: "the list by metadata",
    run: (tx) => list(tx, null, '{"project":"p7"}'),
    rows: 900,
  },
  {
    what: "the list of a user with 100,000",
    by: "heavy",
    run: (tx) => list(tx, null, null),
    rows: 100,
  },
  {
    what: "the list by prefix of a user with 100,000",
    by: "heavy",
    run: (tx) => list(tx, "plan-1234", null),
    rows: 100,
  },
  {
    what: "the list by metadata of a user with 100,000",
    by: "heavy",
    run: (tx) => list(tx, null, '{"project":"p7"}'),
    rows: 100,
  },
  {
    what: "the list by prefix and metadata of a user with 100,000",
    by: "heavy",
    run: (tx) => list(tx, "plan-123", '{"project":"p7"}'),
    rows: 300,
  },
  {
    what: "the invitations",
    run: (tx) => tx`select public.list_conversations(false, true, 20)`,
    rows: 1100,
  },
  {
    what: "the members",
    run: (tx, id) => tx`select public.read_members(${id})`,
    rows: 50,
  },
];

/** Large enough that reading all of one shows. What other tests have left in them says nothing then. */
const FILLED = [
  "conversations",
  "messages",
  "conversation_members",
  "file_contents",
  "files",
  "conversation_files",
];

async function fill(tx: Tx): Promise<string> {
  for (const table of FILLED) {
    await tx.unsafe(`alter table continuum.${table} disable trigger user`);
  }
  const owners = [[owner.id, 200], [heavy.id, 100_000], [other.id, 100_000]];
  for (const [id, count] of owners as [string, number][]) {
    await tx`
      insert into continuum.conversations
        (owner_id, continuation_id, continuation_key, title, metadata, last_activity_at)
      select ${id}, 'plan-' || n, 'plan-' || n, 'Plan',
        case when n % 10 = 0 then jsonb_build_object('project', 'p' || n / 10 % 1000) else '{}' end,
        now() - make_interval(secs => n)
      from generate_series(1, ${count}::int) n
    `;
  }
  const [row] = await tx<{ id: string }[]>`
    select id from continuum.conversations where owner_id = ${owner.id} and continuation_id = 'plan-100'
  `;
  const { id } = row!;
  await tx`
    insert into continuum.conversation_members (conversation_id, user_id, role, accepted_at)
    select id, ${owner.id}, 'viewer', case when continuation_id like '%001' then now() end
    from continuum.conversations where owner_id = ${other.id} and continuation_id like 'plan-%01'
    limit 500
  `;
  await tx`
    insert into continuum.conversation_members (conversation_id, user_id, role, accepted_at)
    select id, ${crowd.id}, 'viewer', now()
    from continuum.conversations where owner_id = ${other.id} and continuation_id like 'plan-%7'
  `;
  await tx`
    insert into continuum.messages (
      conversation_id, seq, author_id, role, content, token_count, payload_hash, size_bytes, position,
      parent_position, search_vector
    )
    select c.id, n, ${other.id}, 'user', 'hello', 1, sha256(''), 10, n, n - 1,
      continuum.search_vector('hello', null) || continuum.scope_vector(c.owner_id, c.id)
    from continuum.conversations c, generate_series(1, 50) n
    where c.owner_id = ${other.id} and c.continuation_id like 'plan-%99' and c.continuation_id < 'plan-3'
  `;
  await tx`
    with content as (
      insert into continuum.file_contents (owner_id, bucket, storage_path, mime_type, size_bytes, status)
      select ${other.id}, 'user-files', ${other.id} || '/plan-' || n, 'text/plain', 1, 'ready'
      from generate_series(1, 5000) n
      returning id
    ), file as (
      insert into continuum.files (owner_id, content_id, original_name, mime_type, status)
      select ${other.id}, id, 'plan.txt', 'text/plain', 'ready' from content
      returning id
    )
    insert into continuum.conversation_files (conversation_id, file_id, attached_by)
    select c.id, f.id, ${other.id}
    from (select id, row_number() over () as n from file) f
    join (
      select id, row_number() over () as n
      from continuum.conversations where owner_id = ${other.id} limit 5000
    ) c on c.n = f.n
  `;
  return id;
}

async function fillLong(tx: Tx, id: string): Promise<void> {
  await tx`
    insert into continuum.messages (
      conversation_id, seq, author_id, role, content, token_count, client_id, payload_hash, size_bytes,
      position, parent_position, search_vector
    )
    select ${id}, n, ${owner.id}, 'user', 'hello w' || n, 1, 'key-' || n, sha256(''), 10, n, n - 1,
      continuum.search_vector('hello w' || n, null) || continuum.scope_vector(${owner.id}, ${id})
    from generate_series(1, 20000) n
  `;
  await tx`
    update continuum.conversations set last_seq = 20000, head_position = 20000, size_bytes = 200000
    where id = ${id}
  `;
}

const analyze = (tx: Tx) =>
  tx.unsafe(
    `analyze ${FILLED.map((table) => `continuum.${table}`).join(", ")}`,
  );

async function counted(tx: Tx) {
  const [row] = await tx<{ rows: number; scans: number }[]>`
    select
      sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as rows,
      sum(seq_tup_read) filter (
        where relname in ('messages', 'conversations', 'conversation_members'))::int as scans
    from pg_stat_xact_user_tables where schemaname = 'continuum'
  `;
  return row!;
}

interface Moved {
  rows: number;
  scans: number;
}

/** What each case read, in one large database. */
async function measure(
  statistics: "before it grew" | "after it grew",
  planCacheMode: string,
): Promise<Map<string, Moved | Error>> {
  const moved = new Map<string, Moved | Error>();
  const rollback = new Error("rolled back");
  await withSql((sql) =>
    sql.begin(async (tx) => {
      const id = await fill(tx);
      if (statistics === "before it grew") await analyze(tx);
      await fillLong(tx, id);
      if (statistics === "after it grew") await analyze(tx);
      for (const table of FILLED) {
        await tx.unsafe(`alter table continuum.${table} enable trigger user`);
      }
      for (const { what, by, run } of cases) {
        const undo = new Error("undone");
        await tx.savepoint(async (sp) => {
          await become(sp, by === "heavy" ? heavy : owner);
          await sp.unsafe(`set local plan_cache_mode = ${planCacheMode}`);
          const before = await counted(sp);
          await run(sp, id);
          const after = await counted(sp);
          moved.set(what, {
            rows: after.rows - before.rows,
            scans: after.scans - before.scans,
          });
          throw undo;
        }).catch((error) => {
          if (error !== undo) moved.set(what, error);
        });
      }
      throw rollback;
    })
  ).catch((error) => {
    if (error !== rollback) throw error;
  });
  return moved;
}

const databases = [
  ["after it grew", "auto"],
  // What PostgreSQL turns to by itself at the sixth call of a connection.
  ["after it grew", "force_generic_plan"],
  ["before it grew", "auto"],
] as const;

for (const [statistics, mode] of databases) {
  let measured: ReturnType<typeof measure> | undefined;
  for (const { what, rows } of cases) {
    const plans = mode === "auto"
      ? ""
      : ", by the plan that a connection keeps";
    Deno.test(`${what} reads at most ${rows} rows, analyzed ${statistics}${plans}`, async () => {
      const moved = (await (measured ??= measure(statistics, mode))).get(what);
      if (moved instanceof Error) throw moved;
      assert.equal(moved!.scans, 0, `${moved!.scans} rows of whole tables`);
      if (Deno.env.has("SHOW_ROWS")) console.log(what, moved!.rows);
      assert.ok(moved!.rows <= rows, `${moved!.rows} rows`);
    });
  }
}
