/** Members, put into the table by SQL. */
import type { Actor } from "./actors.ts";
import { withSql } from "./sql.ts";

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
    `
  );
}

/** Invites `actor`, who has not answered yet. */
export const invite = (
  conversation_id: string,
  actor: Actor,
  role: "viewer" | "editor",
) => share(conversation_id, actor, role, "invited");
