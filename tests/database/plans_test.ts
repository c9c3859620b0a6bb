/**
 * Which indexes the API's reads use under row level security, among 20,000 conversations, of which
 * one has 20,000 messages and 200 have 50, all rolled back. What is asserted is what PostgreSQL
 * counted while the functions ran, so it holds for the statements inside them.
 */
import assert from "node:assert/strict";
import type postgres from "npm:postgres@3.4.9";
import { signUp } from "../support/actors.ts";
import { withSql } from "../support/sql.ts";

const [owner, other] = await Promise.all([signUp("owner"), signUp("other")]);

/**
 * Runs `use` as the owner, who has 200 of the conversations and the one with 20,000 messages, which
 * the planner knows of or not yet.
 */
async function inLargeDatabase(
  use: (tx: postgres.TransactionSql, conversation: string) => Promise<void>,
  analyzed: "before it grew" | "after it grew" = "after it grew",
): Promise<void> {
  const rollback = new Error("rolled back");
  await withSql((sql) =>
    sql.begin(async (tx) => {
      await tx`
        insert into public.conversations (owner_id, continuation_id, title, updated_at)
        select case when n % 100 = 0 then ${owner.id}::uuid else ${other.id}::uuid end,
          'plan-' || n, 'Plan', now() - make_interval(secs => n)
        from generate_series(1, 20000) n
      `;
      const [row] = await tx<{ id: string }[]>`
        select id from public.conversations where owner_id = ${owner.id} and continuation_id = 'plan-100'
      `;
      await tx`
        insert into public.conversation_members (conversation_id, user_id, role)
        select id, ${owner.id}, 'viewer' from public.conversations
        where owner_id = ${other.id} and continuation_id like 'plan-%01'
      `;
      await tx`
        insert into public.messages
          (conversation_id, seq, author_id, role, content, token_count, payload_hash)
        select c.id, n, ${other.id}, 'user', 'hello', 1, sha256('')
        from public.conversations c, generate_series(1, 50) n
        where c.owner_id = ${other.id} and c.continuation_id like 'plan-%99'
      `;
      if (analyzed === "before it grew") await analyze(tx);
      await tx`
        insert into public.messages
          (conversation_id, seq, author_id, role, content, token_count, client_id, payload_hash)
        select ${
        row!.id
      }, n, ${owner.id}, 'user', 'hello ' || n, 1, 'key-' || n, sha256('')
        from generate_series(1, 20000) n
      `;
      if (analyzed === "after it grew") await analyze(tx);
      await tx`select set_config('request.jwt.claims', ${
        JSON.stringify({ sub: owner.id, role: "authenticated" })
      }, true)`;
      await tx`select set_config('request.jwt.claim.sub', ${owner.id}, true)`;
      await tx`set local role authenticated`;
      await use(tx, row!.id);
      throw rollback;
    })
  ).catch((error) => {
    if (error !== rollback) throw error;
  });
}

async function analyze(tx: postgres.TransactionSql): Promise<void> {
  await tx`analyze public.conversations, public.messages, public.conversation_members`;
}

/** What PostgreSQL has counted in this transaction. */
async function counters(tx: postgres.TransactionSql) {
  const [row] = await tx<Record<string, number>[]>`
    select
      (select sum(seq_scan)::int from pg_stat_xact_user_tables
        where relid in ('public.messages'::regclass, 'public.conversations'::regclass)) as seq_scans,
      (select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int from pg_stat_xact_user_tables
        where relid in ('public.messages'::regclass, 'public.conversations'::regclass)) as rows_read,
      pg_stat_get_xact_numscans('public.messages_pkey'::regclass)::int as page_index,
      pg_stat_get_xact_numscans('public.messages_conversation_id_client_id_key'::regclass)::int as key_index,
      pg_stat_get_xact_numscans('public.conversations_owner_id_updated_at_id_idx'::regclass)::int as list_index
  `;
  return row!;
}

/** How far the counters move while a statement runs. */
async function measure(
  tx: postgres.TransactionSql,
  run: () => PromiseLike<unknown>,
) {
  const before = await counters(tx);
  await run();
  const after = await counters(tx);
  return Object.fromEntries(
    Object.keys(before).map((name) => [name, after[name]! - before[name]!]),
  ) as typeof before;
}

Deno.test("a page of a long conversation is read by its index, wherever it lies", async () => {
  await inLargeDatabase(async (tx, id) => {
    for (
      const [before, after] of [[null, null], [10_000, null], [null, 10_000], [
        null,
        0,
      ]]
    ) {
      const moved = await measure(
        tx,
        () =>
          tx`select public.read_history(${id}, ${before ?? null}, ${
            after ?? null
          }, 100)`,
      );
      assert.equal(moved.seq_scans, 0);
      assert.ok(moved.page_index! > 0);
      assert.ok(moved.rows_read! < 1000, `${moved.rows_read} rows`);
    }
  });
});

Deno.test("the list is read by its index and never by a scan of all conversations", async () => {
  await inLargeDatabase(async (tx) => {
    const moved = await measure(
      tx,
      () => tx`select public.list_conversations(false, null, null, 20)`,
    );
    assert.equal(moved.seq_scans, 0);
    assert.ok(moved.list_index! > 0);
    assert.ok(moved.rows_read! < 2000, `${moved.rows_read} rows`);
  });
});

Deno.test("an append to a long conversation reads no more than it writes", async () => {
  await inLargeDatabase(async (tx, id) => {
    const moved = await measure(tx, () => append(tx, id, 100));
    assert.equal(moved.seq_scans, 0);
    assert.ok(moved.key_index! > 0);
    assert.ok(moved.rows_read! < 2000, `${moved.rows_read} rows`);
  });
});

function append(tx: postgres.TransactionSql, id: string, count: number) {
  const messages = Array.from({ length: count }, (_, n) => ({
    role: "user",
    content: "hello",
    client_id: `new-${n}`,
  }));
  return tx`select public.append_messages(${tx.json(messages)}, ${id})`;
}

const repeated: [
  string,
  (tx: postgres.TransactionSql, id: string) => PromiseLike<unknown>,
][] = [
  [
    "a page",
    (tx, id) => tx`select public.read_history(${id}, max_messages => 500)`,
  ],
  ["a context", (tx, id) => tx`select public.read_context(${id}, 100)`],
  [
    "a piece of an export",
    (tx, id) => tx`select public.export_messages(${id}, 100, 20000)`,
  ],
  ["an append with keys", (tx, id) => append(tx, id, 1)],
  ["a batch with keys", (tx, id) => append(tx, id, 100)],
  ["a search", (tx) => tx`select public.search_messages('19990')`],
  ["the list", (tx) => tx`select public.list_conversations()`],
];
for (const [what, run] of repeated) {
  Deno.test(`the plan that a connection keeps for ${what} reads no whole conversation`, async () => {
    await inLargeDatabase(async (tx, id) => {
      // What PostgreSQL turns to by itself at the sixth call.
      await tx`set local plan_cache_mode = force_generic_plan`;
      const moved = await measure(tx, () => run(tx, id));
      assert.equal(moved.seq_scans, 0);
      assert.ok(moved.rows_read! < 5000, `${moved.rows_read} rows`);
    });
  });
}

for (const [what, run] of repeated) {
  Deno.test(`${what} reads no whole conversation where one grew since the tables were analyzed`, async () => {
    await inLargeDatabase(async (tx, id) => {
      const moved = await measure(tx, () => run(tx, id));
      assert.ok(moved.rows_read! < 5000, `${moved.rows_read} rows`);
    }, "before it grew");
  });
}

const plain: [
  string,
  (tx: postgres.TransactionSql, id: string) => PromiseLike<postgres.Row[]>,
][] = [
  ["the messages of a conversation", (tx, id) =>
    tx`
    explain (format json) select * from public.messages
    where conversation_id = ${id} order by seq desc limit 100`],
  ["one's conversations", (tx) =>
    tx`
    explain (format json) select * from public.conversations
    where owner_id = ${owner.id} order by updated_at desc, id desc limit 20`],
];
for (const [what, explain] of plain) {
  Deno.test(`the Data API reads ${what} by index under the policies`, async () => {
    await inLargeDatabase(async (tx, id) => {
      const [row] = await explain(tx, id);
      const plan = JSON.stringify(row);
      assert.match(plan, /"Index (Only )?Scan"/);
      assert.doesNotMatch(
        plan,
        /"Seq Scan"[^}]*"Relation Name":"(messages|conversations)"/,
      );
    });
  });
}
