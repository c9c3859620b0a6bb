/** Members, put into the table by SQL: invited, or invited and accepted. */
import type { Actor } from "./actors.ts";
import { withSql } from "./sql.ts";

<<<<<<< HEAD
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
=======
/** What an invited user has answered; `invited`: nothing yet. */
export type Reply = "accepted" | "invited" | "declined";

/** Makes `actor` a member of a conversation. */
export async function share(
  conversation_id: string,
  actor: Actor,
  role: "viewer" | "editor",
  reply: Reply = "accepted",
): Promise<void> {
  await withSql((sql) =>
    sql`
      insert into continuum.conversation_members
        (conversation_id, user_id, role, invited_by, accepted_at, declined_at)
      select c.id, ${actor.id}, ${role}, c.owner_id,
        case when ${reply} = 'accepted' then clock_timestamp() end,
        case when ${reply} = 'declined' then clock_timestamp() end
      from continuum.conversations c where c.id = ${conversation_id}
>>>>>>> tests-access
    `
  );
}
