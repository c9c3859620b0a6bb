/** Time that passes at once. */
import { withSql } from "../support/sql.ts";

/** Moves the time at which a conversation expires back by a day. */
export async function expire(conversation: string): Promise<void> {
  await withSql((sql) =>
    sql`
      update continuum.conversations set expires_at = expires_at - interval '1 day'
      where id = ${conversation}
    `
  );
}
