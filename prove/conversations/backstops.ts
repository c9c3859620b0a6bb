/**
 * What the database refuses whoever asks. Under the row lock no client can show that these are in place, since the
 * lock keeps them from ever being needed: so they are tried, in transactions that are rolled back.
 */
import { connect } from "../../local/sql.ts";
import type { Stack } from "../../local/stack.ts";
import type { Anomaly } from "../report.ts";

/** Second rows of what there may be one of. Each begins where a conversation has what it needs. */
const SECOND_ROWS: Record<string, string> = {
  "an Idempotency-Key of a conversation": `
    insert into continuum.append_keys (conversation_id, key, payload_hash, seqs)
    select conversation_id, key, payload_hash, seqs from continuum.append_keys limit 1
  `,
  "a seq of a conversation": `
    insert into continuum.messages
      (conversation_id, seq, role, content, token_count, size_bytes, position, parent_position, live, search_vector)
    select conversation_id, seq, 'user', 'twice', 1, 1, position, parent_position, false, ''
    from continuum.messages limit 1
  `,
  "a live row of a position": `
    insert into continuum.messages
      (conversation_id, seq, role, content, token_count, size_bytes, position, parent_position, live, search_vector)
    select conversation_id, 1000000, 'user', 'twice', 1, 1, position, parent_position, true, ''
    from continuum.messages where live limit 1
  `,
  "a live row of a client_id": `
    insert into continuum.messages
      (conversation_id, seq, role, content, token_count, size_bytes, position, parent_position, live, client_id, search_vector)
    select conversation_id, 1000000, 'user', 'twice', 1, 1, 1000000, parent_position, true, client_id, ''
    from continuum.messages where live and client_id is not null limit 1
  `,
  "a name of an owner": `
    insert into continuum.conversations (owner_id, continuation_id)
    select owner_id, continuation_id from continuum.conversations limit 1
  `,
};

export async function checkBackstops(stack: Stack): Promise<Anomaly[]> {
  const anomalies: Anomaly[] = [];
  const sql = connect(stack.adminDbUrl);
  try {
    for (const [what, insert] of Object.entries(SECOND_ROWS)) {
      const outcome = await sql.begin(async (tx) => {
        const { length } = await tx.unsafe(`${insert} returning true`);
        throw new Rollback(length);
      }).catch((error) => error);
      if (outcome instanceof Rollback && outcome.rows > 0) {
        anomalies.push({
          kind: "backstop",
          detail: `The database takes a second row for ${what}.`,
        });
      } else if (!(outcome instanceof Rollback) && outcome.code !== "23505") {
        throw outcome;
      }
    }
  } finally {
    await sql.end();
  }
  return anomalies;
}

class Rollback extends Error {
  constructor(readonly rows: number) {
    super();
  }
}
