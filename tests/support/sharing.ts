/** Members, put into the table by SQL. */
import type { Actor } from "./actors.ts";
import { withSql } from "./sql.ts";

/** Makes `actor` a member of a conversation who has accepted. */
export async function share(
  conversation_id: string,
  actor: Actor,
  role: "viewer" | "editor",
): Promise<void> {
  await withSql((sql) =>
    sql`
      insert into continuum.conversation_members (conversation_id, user_id, role, accepted_at)
      values (${conversation_id}, ${actor.id}, ${role}, now())
    `
  );
}
