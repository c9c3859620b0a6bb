/** That search begins at its index under row level security, among 20,000 messages of others. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { withSql } from "../support/sql.ts";

const [owner, other] = await Promise.all([signUp("owner"), signUp("other")]);

Deno.test("a search for a rare word reads its hits by the index, and no message besides", async () => {
  const rollback = new Error("rolled back");
  await withSql((sql) =>
    sql.begin(async (tx) => {
      const conversations = await tx<{ id: string }[]>`
        insert into public.conversations (owner_id, continuation_id, title)
        values (${owner.id}, 'plan', 'Plan'), (${other.id}, 'plan', 'Plan') returning id
      `;
      for (const { id } of conversations) {
        await tx`
          insert into public.messages
            (conversation_id, seq, author_id, role, content, token_count, payload_hash)
          select ${id}, n, ${owner.id}, 'user', 'word ' || n, 1, sha256('')
          from generate_series(1, 20000) n
        `;
      }
      await tx`analyze public.conversations, public.messages`;
      const claims = JSON.stringify({ sub: owner.id, role: "authenticated" });
      await tx`select set_config('request.jwt.claims', ${claims}, true)`;
      await tx`select set_config('request.jwt.claim.sub', ${owner.id}, true)`;
      await tx`set local role authenticated`;
      const counters = async () => {
        const [row] = await tx<Record<"read" | "scans" | "used", number>[]>`
          select
            (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as read, seq_scan::int as scans,
            pg_stat_get_xact_numscans('public.messages_search_vector_idx'::regclass)::int as used
          from pg_stat_xact_user_tables where relid = 'public.messages'::regclass
        `;
        return row!;
      };
      const before = await counters();
      const [answer] =
        await tx`select public.search_messages('17321') as found`;
      const after = await counters();
      assert.equal(answer!.found.hits.length, 1);
      assert.equal(after.scans, before.scans);
      assert.ok(after.used > before.used);
      assert.ok(after.read - before.read < 100, `${after.read - before.read}`);
      throw rollback;
    })
  ).catch((error) => {
    if (error !== rollback) throw error;
  });
});
