/** Who may change conversations, through the function and straight through the Data API. */
import type { Actor } from "../support/actors.ts";
import { append } from "../support/http.ts";
import { actors, type World } from "./world.ts";
import { everybody, has, table, type Write } from "./write.ts";
import { appended } from "./writes_messages.ts";

/** An update of one column of the shared conversation. */
const update = (
  allowed: string,
  column: string,
  value: (actor: Actor, world: World) => unknown,
): Write => ({
  what: `update ${column} of a conversation`,
  allowed,
  run: (actor, world) =>
    table(actor, "conversations").update({ [column]: value(actor, world) }).eq(
      "id",
      world.shared,
    ),
  happened: (after, world, actor) =>
    has(after.conversations, {
      id: world.shared,
      [column]: value(actor, world),
    }) ||
    !after.conversations.some(({ id }) => id === world.shared),
});

export const conversations: Write[] = [
  {
    what: "append through the function",
    allowed: "owner editor",
    run: (actor, { shared }) => append(actor, shared, ["Changed"]),
    happened: appended,
  },
  {
    what: "append by rpc append_messages",
    allowed: "owner editor",
    run: (actor, { shared }) =>
      actor.supabase.rpc("append_messages", {
        messages: [{ role: "user", content: "Changed" }],
        continuation_id: shared,
      }),
    happened: appended,
  },
  {
    what: "create a conversation of one's own",
    allowed: everybody,
    run: (actor, { mark }) =>
      table(actor, "conversations").insert({ continuation_id: mark }),
    happened: ({ made }, _, { id }) =>
      id !== null && has(made, { owner_id: id }),
  },
  {
    what: "create a conversation in the owner's name",
    allowed: "",
    run: (actor, { mark }) =>
      table(actor, "conversations").insert({
        continuation_id: mark,
        owner_id: actors.owner.id,
      }),
    happened: ({ made }) => made.length > 0,
  },
  {
    what: "create a conversation that begins beyond 1",
    allowed: "",
    run: (actor, { mark }) =>
      table(actor, "conversations").insert({
        continuation_id: mark,
        last_seq: 5,
      }),
    happened: ({ made }) => made.length > 0,
  },
  update("owner editor", "title", () => "Changed"),
  update("", "last_seq", () => "7"),
  update(
    "",
    "owner_id",
    ({ id }) => id === actors.owner.id ? actors.stranger.id : id,
  ),
  update("", "continuation_id", (_, { mark }) => mark),
  {
    what: "delete a conversation",
    allowed: "owner",
    run: (actor, { shared }) =>
      table(actor, "conversations").delete().eq("id", shared),
    happened: (after, { shared }) => !has(after.conversations, { id: shared }),
  },
];
