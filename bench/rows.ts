/** Rows to measure on, written by SQL. */
import type { Bed } from "./bed.ts";

/** How many different texts the messages have: each is cut into words once. */
const TEXTS = 1000;

/** A conversation of `messages` messages of 40 words each; answers its continuation id. */
export async function conversationOf(
  { admin, user }: Bed,
  messages: number,
): Promise<string> {
  const name = `of-${messages}-${crypto.randomUUID()}`;
  await admin.begin(async (sql) => {
    const claims = JSON.stringify({ sub: user.id });
    await sql`select set_config('request.jwt.claims', ${claims}, true)`;
    await sql`
      insert into continuum.conversations (owner_id, continuation_id) values (${user.id}, ${name})
    `;
    await sql`
      create temporary table texts on commit drop as
      select t.number, w.words, continuum.search_vector(w.words, null) ||
        continuum.scope_vector(c.owner_id, c.id) as search_vector
      from continuum.conversations c
      cross join generate_series(0, ${
      Math.min(TEXTS, messages) - 1
    }::int) t (number)
      cross join lateral (
        select string_agg('word' || (t.number * 7919 + w * w * 104729) % 5000, ' ') as words
        from generate_series(1, 40) w
      ) w
      where c.owner_id = ${user.id} and c.continuation_id = ${name}
    `;
    await sql`
      insert into continuum.messages (
        conversation_id, seq, position, parent_position, author_id, role, content, token_count,
        payload_hash, size_bytes, search_vector
      )
      select c.id, n, n, n - 1, ${user.id},
        (case when n % 2 = 0 then 'assistant' else 'user' end)::continuum.message_role,
        t.words, 60, sha256(''), octet_length(t.words) + 2, t.search_vector
      from continuum.conversations c
      cross join generate_series(1, ${messages}::int) n
      join texts t on t.number = n % ${Math.min(TEXTS, messages)}::int
      where c.owner_id = ${user.id} and c.continuation_id = ${name}
      order by n
    `;
    await sql`
      update continuum.conversations
      set last_seq = ${messages}, head_position = ${messages}, size_bytes = ${
      messages * 300
    }
      where owner_id = ${user.id} and continuation_id = ${name}
    `;
  });
  return name;
}

/** What autovacuum would have done by the time that somebody asks. */
export async function settle({ admin }: Bed): Promise<void> {
  await admin`vacuum analyze continuum.messages`;
  await admin`vacuum analyze continuum.conversations`;
}
