/** Time that passes at once. */
import { withSql } from "../support/sql.ts";

/** Moves a conversation's last activity back by a day. */
export async function expire(conversation: string): Promise<void> {
  await withSql((sql) =>
    sql.begin(async (tx) => {
      await tx`alter table public.conversations disable trigger conversations_touch_updated_at`;
      await tx`
        update public.conversations set updated_at = updated_at - interval '1 day'
        where id = ${conversation}
      `;
      await tx`alter table public.conversations enable trigger conversations_touch_updated_at`;
    })
  );
}
