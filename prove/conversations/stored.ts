/** What the database holds once a run is over. */
import { connect } from "../../local/sql.ts";
import type { Row } from "./history.ts";

export interface StoredRow extends Row {
  live: boolean;
  isErased: boolean;
}

export interface StoredConversation {
  id: string;
  owner: string;
  name: string;
  title: string;
  lastSeq: number;
  head: number;
  sizeBytes: number;
  /** The sum over its rows. */
  rowBytes: number;
  rows: StoredRow[];
  /** The seqs of each Idempotency-Key. */
  keys: Map<string, number[]>;
}

export interface Stored {
  conversations: StoredConversation[];
  /** Owners whose recorded usage is not the sum of what they have. */
  wrongUsage: { owner: string; recorded: number; sum: number }[];
}

export async function readStored(dbUrl: string): Promise<Stored> {
  const sql = connect(dbUrl);
  try {
    const found = await sql`
      select c.id, c.owner_id, c.continuation_id, c.title, c.last_seq::float8, c.head_position::float8,
        c.size_bytes::float8,
        coalesce((select sum(m.size_bytes) from continuum.messages m where m.conversation_id = c.id), 0)::float8 as row_bytes
      from continuum.conversations c
    `;
    const conversations: StoredConversation[] = [];
    for (const c of found) {
      const rows = await sql`
        select seq::float8, id, content, position::float8, parent_position::float8, live, erased_at is not null as is_erased
        from continuum.messages where conversation_id = ${c.id} order by seq
      `;
      const keys = await sql`
        select key, seqs::float8[] from continuum.append_keys where conversation_id = ${c.id}
      `;
      conversations.push({
        id: c.id,
        owner: c.owner_id,
        name: c.continuation_id,
        title: c.title,
        lastSeq: c.last_seq,
        head: c.head_position,
        sizeBytes: c.size_bytes,
        rowBytes: c.row_bytes,
        rows: rows.map((row) => ({
          seq: row.seq,
          id: row.id,
          content: row.content,
          position: row.position,
          parent: row.parent_position,
          live: row.live,
          isErased: row.is_erased,
        })),
        keys: new Map(keys.map(({ key, seqs }) => [key, seqs])),
      });
    }
    const usage = await sql`
      select u.owner_id as owner, u.bytes_used::float8 as recorded, coalesce(s.sum, 0)::float8 as sum
      from continuum.message_usage u
      left join (
        select owner_id, sum(continuum.message_charge(size_bytes)) as sum from continuum.conversations group by 1
      ) s on s.owner_id = u.owner_id
      where u.bytes_used <> coalesce(s.sum, 0)
    `;
    return {
      conversations,
      wrongUsage: usage.map(({ owner, recorded, sum }) => ({
        owner,
        recorded,
        sum,
      })),
    };
  } finally {
    await sql.end();
  }
}
