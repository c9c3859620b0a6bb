/** That search begins at its index, among 20,000 messages of others. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { withSql } from "../support/sql.ts";

const [owner, other] = await Promise.all([signUp("owner"), signUp("other")]);

Deno.test("a search reads its hits by the index, however often others have written the word", async () => {
  const rollback = new Error("rolled back");
  await withSql((sql) =>
    sql.begin(async (tx) => {
      const conversations = await tx<{ id: string; owner_id: string }[]>`
        insert into continuum.conversations (owner_id, continuation_id, title)
        values (${owner.id}, 'plan', 'Plan'), (${other.id}, 'plan', 'Plan')
        returning id, owner_id
      `;
      for (const { id, owner_id } of conversations) {
        await tx`
          insert into continuum.messages (
            conversation_id, seq, position, parent_position, author_id, role, content, token_count,
            payload_hash, size_bytes, search_vector
          )
          select ${id}, n, n, n - 1, ${owner_id}, 'user', w.words, 1, sha256(''), 20,
            continuum.search_vector(w.words, null) || continuum.scope_vector(${owner_id}, ${id})
          from generate_series(1, 20000) n
          cross join lateral (
            -- A word that is rare to the owner, and in each message of the other.
            select case when ${owner_id} = ${other.id} or n = 17321 then 'common ' else 'word ' end || n as words
          ) w
        `;
      }
      await tx`analyze continuum.conversations, continuum.messages`;
      const claims = JSON.stringify({ sub: owner.id, role: "authenticated" });
      await tx`select set_config('request.jwt.claims', ${claims}, true)`;
      await tx`select set_config('request.jwt.claim.sub', ${owner.id}, true)`;
      await tx`set local role authenticated`;
      const counters = async () => {
        const [row] = await tx<Record<"read" | "scans" | "used", number>[]>`
          select
            (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as read, seq_scan::int as scans,
            pg_stat_get_xact_numscans('continuum.messages_search_vector_idx'::regclass)::int as used
          from pg_stat_xact_user_tables where relid = 'continuum.messages'::regclass
        `;
        return row!;
      };
      for (const q of ["17321", "common"]) {
        const before = await counters();
        const [answer] = await tx`
          select public.search_messages(q => ${q}, max_hits => 20)::json as found
        `;
        const after = await counters();
        assert.equal(answer!.found.hits.length, 1, q);
        assert.equal(after.scans, before.scans, q);
        assert.ok(after.used > before.used, q);
        assert.ok(
          after.read - before.read < 100,
          `${q}: ${after.read - before.read}`,
        );
      }
      throw rollback;
    })
  ).catch((error) => {
    if (error !== rollback) throw error;
  });
});
