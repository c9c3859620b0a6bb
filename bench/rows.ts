/** Rows to measure on, written by SQL. */
import type { Bed } from "./bed.ts";

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
      insert into public.conversations (owner_id, continuation_id) values (${user.id}, ${name})
    `;
    await sql`
      insert into public.messages
        (conversation_id, seq, author_id, role, content, token_count, payload_hash)
      select c.id, n, ${user.id},
        (case when n % 2 = 0 then 'assistant' else 'user' end)::public.message_role,
        (
          select string_agg('word' || (n * 7919 + w * w * 104729) % 5000, ' ')
          from generate_series(1, 40) w
        ),
        60, sha256('')
      from public.conversations c, generate_series(1, ${messages}::int) n
      where c.owner_id = ${user.id} and c.continuation_id = ${name}
      order by n
    `;
  });
  return name;
}

/** What autovacuum would have done by the time that somebody asks. */
export async function settle({ admin }: Bed): Promise<void> {
  await admin`vacuum analyze public.messages`;
  await admin`vacuum analyze public.conversations`;
}
