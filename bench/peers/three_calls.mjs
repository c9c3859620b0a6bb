/**
 * What an application does without a library: it makes sure that the conversation exists, locks it, and inserts
 * the message. No access control, no retries, no search, no tokens.
 */
import postgres from "postgres";

const TABLES = `
  create schema if not exists three_calls;
  create table if not exists three_calls.conversations (
    id bigserial primary key, name text unique, updated_at timestamptz default now()
  );
  create table if not exists three_calls.messages (
    conversation_id bigint references three_calls.conversations, seq bigint, role text, content text,
    metadata jsonb default '{}', created_at timestamptz default now(), primary key (conversation_id, seq)
  );
`;

/** @param {{ dbUrl: string }} bed */
export function threeCalls({ dbUrl }) {
  return {
    name: "three calls in SQL, without access control",
    application: "three-calls",
    open: async () => {
      const sql = postgres(dbUrl, {
        max: 1,
        onnotice: () => {},
        connection: { application_name: "three-calls" },
      });
      await sql.unsafe(TABLES);
      return {
        append: (name, content) =>
          sql.begin(async (sql) => {
            await sql`
              insert into three_calls.conversations (name) values (${name}) on conflict (name) do nothing
            `;
            const [{ id }] = await sql`
              update three_calls.conversations set updated_at = now() where name = ${name} returning id
            `;
            await sql`
              insert into three_calls.messages (conversation_id, seq, role, content)
              select ${id}, coalesce(max(seq), 0) + 1, 'user', ${content}
              from three_calls.messages where conversation_id = ${id}
            `;
          }),
        read: (name) =>
          sql.begin(async (sql) => {
            const [{ id }] = await sql`
              select id from three_calls.conversations where name = ${name}
            `;
            return await sql`
              select * from three_calls.messages where conversation_id = ${id} order by seq desc limit 100
            `;
          }),
        fill: async (name, count, content) => {
          const [{ id }] = await sql`
            insert into three_calls.conversations (name) values (${name}) returning id
          `;
          await sql`
            insert into three_calls.messages (conversation_id, seq, role, content)
            select ${id}, n, 'user', ${content} from generate_series(1, ${count}::int) n
          `;
        },
        close: () => sql.end(),
      };
    },
  };
}
