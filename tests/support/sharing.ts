/** Members, put into the table by SQL: invited, or invited and accepted. */
import type { Actor } from "./actors.ts";
import { withSql } from "./sql.ts";

type Role = "viewer" | "editor";

/** Makes `actor` a member of a conversation who has accepted. */
export async function share(
  conversation_id: string,
  actor: Actor,
  role: Role,
): Promise<void> {
  await withSql((sql) =>
    sql`
      insert into continuum.conversation_members (conversation_id, user_id, role, accepted_at)
      values (${conversation_id}, ${actor.id}, ${role}, now())
    `
  );
}

/** Invites `actor`, who has not answered yet. */
export async function invite(
  conversation_id: string,
  actor: Actor,
  role: Role,
): Promise<void> {
  await withSql((sql) =>
    sql`
      insert into continuum.conversation_members (conversation_id, user_id, role)
      values (${conversation_id}, ${actor.id}, ${role})
    `
  );
}
