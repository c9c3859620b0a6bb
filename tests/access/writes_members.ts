/** Who may share, and leave, straight through the Data API. */
import type { Actor } from "../support/actors.ts";
import { actors } from "./world.ts";
import { has, table, type Write } from "./write.ts";

const join = (
  what: string,
  allowed: string,
  where: "shared" | "unshared",
  who?: Actor,
): Write => ({
  what,
  allowed,
  run: (actor, world) =>
    table(actor, "conversation_members").upsert({
      conversation_id: world[where],
      user_id: (who ?? actor).id ?? actors.stranger.id,
      role: "editor",
    }, { ignoreDuplicates: true }),
  happened: (after, world, actor) =>
    (who ?? actor).id !== actors.editor.id || where === "unshared"
      ? has(after.members, {
        conversation_id: world[where],
        user_id: (who ?? actor).id ?? actors.stranger.id,
        role: "editor",
      })
      : false,
});

const leave = (who: Actor, allowed: string): Write => ({
  what: `remove the ${who.name} from the members`,
  allowed,
  run: (actor, { shared }) =>
    table(actor, "conversation_members").delete().eq("conversation_id", shared)
      .eq("user_id", who.id),
  happened: (after, { shared }) =>
    !has(after.members, { conversation_id: shared, user_id: who.id }),
});

export const members: Write[] = [
  join("add the stranger as a member", "owner", "shared", actors.stranger),
  join("add oneself as an editor", "", "shared"),
  join("add oneself as an editor elsewhere", "", "unshared"),
  {
    what: "make the viewer an editor",
    allowed: "owner",
    run: (actor, { shared }) =>
      table(actor, "conversation_members").update({ role: "editor" })
        .eq("conversation_id", shared).eq("user_id", actors.viewer.id),
    happened: (after, { shared }) =>
      has(after.members, {
        conversation_id: shared,
        user_id: actors.viewer.id,
        role: "editor",
      }),
  },
  {
    what: "move a membership to another conversation",
    allowed: "",
    run: (actor, { shared, unshared }) =>
      table(actor, "conversation_members").update({ conversation_id: unshared })
        .eq("conversation_id", shared),
    happened: (after, { unshared }) =>
      has(after.members, { conversation_id: unshared }),
  },
  leave(actors.viewer, "owner viewer"),
  leave(actors.editor, "owner editor"),
];
