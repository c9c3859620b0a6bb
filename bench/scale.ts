/**
 * What the design of the tables costs once they are larger than PostgreSQL's memory: ids in no order against ids in
 * order of time, and one table of messages against one that is split by conversation. Statements on bare copies of
 * the table, without rules and policies, so that nothing else is measured.
 */
import connect, { type Sql } from "npm:postgres@3.4.9";
import type { Bed } from "./bed.ts";
import { ratio, rounded, type Section } from "./report.ts";

export interface ScaleOptions {
  /** Messages in each table before it is measured. */
  messages: number;
  /** Messages that each measurement adds, in transactions of one. */
  appends: number;
  rounds: number;
}

/** A random id whose first 48 bits are the time, as UUID version 7 has it. */
const ORDERED_ID = `
  create function scale.ordered_id() returns uuid language sql volatile as $$
    select encode(
      set_bit(set_bit(
        overlay(uuid_send(gen_random_uuid()) placing
          substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
        52, 1), 53, 1), 'hex')::uuid
  $$
`;

/** The columns that weigh something, with the indexes that every message is in. */
function tableOf(name: string, defaultId: string, partitions = 0): string {
  const parts = Array.from({ length: partitions }, (_, part) => `
    create table scale.${name}_${part} partition of scale.${name}
    for values with (modulus ${partitions}, remainder ${part});
  `);
  return `
    create table scale.${name} (
      conversation_id uuid not null, seq bigint not null, id uuid not null default ${defaultId},
      role text not null, content text, metadata jsonb not null default '{}', live boolean not null default true,
      created_at timestamptz not null default clock_timestamp(),
      primary key (conversation_id, seq)
    ) ${partitions > 0 ? "partition by hash (conversation_id)" : ""};
    ${parts.join("")}
    ${
    // A unique index of a partitioned table must hold its key.
    partitions > 0
      ? `create index on scale.${name} (id);`
      : `create unique index on scale.${name} (id);`}
    create unique index on scale.${name} (conversation_id, seq) where live;
  `;
}

const CONTENT =
  "A message of a common length, which says what the one before it did not. "
    .repeat(3);

export async function benchScale(
  { admin: postgres, stack }: Bed,
  { messages, appends, rounds }: ScaleOptions,
): Promise<Section[]> {
  const superuser = connect(stack.adminDbUrl, { max: 1, onnotice: () => {} });
  const [memory] = await postgres`show shared_buffers`;
  await postgres.unsafe(
    `create schema scale; ${ORDERED_ID}; ${
      tableOf("random_ids", "gen_random_uuid()")
    } ${tableOf("ordered_ids", "scale.ordered_id()")} ${
      tableOf("split", "scale.ordered_id()", 16)
    }`,
  );
  const tables = ["random_ids", "ordered_ids", "split"];
  const conversations = Math.ceil(messages / 200);
  await postgres`
    create table scale.conversations as
    select n, gen_random_uuid() as id from generate_series(1, ${conversations}::int) n
  `;
  for (const table of tables) {
    console.error(`filling ${table} with ${messages} messages`);
    await postgres.unsafe(
      `insert into scale.${table} (conversation_id, seq, role, content)
       select c.id, s, 'user', $1 from generate_series(1, 200) s cross join scale.conversations c`,
      [CONTENT],
    );
  }
  await postgres`create unique index on scale.conversations (n)`;
  await postgres`vacuum analyze`;

  const figures: Record<string, Figures[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const table of tables) {
      // The first change of a block after a checkpoint writes all of it to the WAL.
      await superuser`checkpoint`;
      (figures[table] ??= []).push(
        await measured(postgres, table, appends, conversations, round),
      );
    }
  }
  await superuser.end();
  const base = mediansOf(figures.random_ids ?? []);
  const [size] = await postgres`
    select pg_size_pretty(pg_total_relation_size('scale.random_ids')) as total
  `;
  return [{
    title:
      `Tables of ${
        messages.toLocaleString("en")
      } messages (${size?.total}) with ` +
      `shared_buffers of ${memory?.shared_buffers}: ${
        appends.toLocaleString("en")
      } appends to conversations at random, ` +
      `and pages of 100`,
    rows: tables.map((what) => {
      const figure = mediansOf(figures[what] ?? []);
      return {
        what,
        figures: {
          "append, ms": rounded(figure.append),
          "WAL, bytes an append": Math.round(figure.wal),
          "blocks read an append": rounded(figure.blocks),
          "page, ms": rounded(figure.page),
          "append/random": ratio(figure.append, base.append),
          "WAL/random": ratio(figure.wal, base.wal),
          "page/random": ratio(figure.page, base.page),
        },
      };
    }),
  }];
}

interface Figures {
  append: number;
  wal: number;
  blocks: number;
  page: number;
}

async function measured(
  sql: Sql,
  table: string,
  appends: number,
  conversations: number,
  round: number,
): Promise<Figures> {
  const chosen = Array.from(
    { length: appends },
    (_, n) => 1 + (n * 7919 + round * 104729) % conversations,
  );
  const before = await state(sql, table);
  const startedAt = performance.now();
  for (const n of chosen) {
    await sql.unsafe(
      `insert into scale.${table} (conversation_id, seq, role, content)
       select c.id, 1000000 * ($1::bigint + 1) + $2, 'user', $3 from scale.conversations c where c.n = $4`,
      [round, n, CONTENT, n],
      { prepare: true },
    );
  }
  const append = (performance.now() - startedAt) / appends;
  const after = await state(sql, table);
  const pagesAt = performance.now();
  const pages = chosen.slice(0, Math.ceil(appends / 4));
  for (const n of pages) {
    await sql.unsafe(
      `select m.* from scale.${table} m
       where m.conversation_id = (select c.id from scale.conversations c where c.n = $1) and m.live
       order by m.seq desc limit 100`,
      [n],
      { prepare: true },
    );
  }
  return {
    append,
    wal: (after.wal - before.wal) / appends,
    blocks: (after.blocks - before.blocks) / appends,
    page: (performance.now() - pagesAt) / pages.length,
  };
}

/** How much WAL there is, and how many blocks of a table and its indexes have been read from outside its memory. */
async function state(sql: Sql, table: string) {
  await sql`select pg_stat_force_next_flush()`;
  const [row] = await sql`
    select pg_current_wal_lsn() - '0/0'::pg_lsn as wal,
      sum(heap_blks_read + coalesce(idx_blks_read, 0)) as blocks
    from pg_statio_user_tables where schemaname = 'scale' and relname like ${
    table + "%"
  }
  `;
  return { wal: Number(row?.wal), blocks: Number(row?.blocks) };
}

function mediansOf(figures: Figures[]): Figures {
  const median = (name: keyof Figures) =>
    figures.map((figure) => figure[name]).sort((a, b) => a - b)[
      Math.floor(figures.length / 2)
    ] ?? NaN;
  return {
    append: median("append"),
    wal: median("wal"),
    blocks: median("blocks"),
    page: median("page"),
  };
}
