/** Who may change what, through the function and straight through the Data API. */
import type { Actor } from "../support/actors.ts";
import { append } from "../support/http.ts";
import { actors, type State, type World } from "./world.ts";

export interface Write {
  what: string;
  /** The names of the actors for whom it happens; for everybody else nothing changes. */
  allowed: string;
  run: (actor: Actor, world: World) => PromiseLike<unknown>;
  /** Whether it has happened. */
  happened: (after: State, world: World, actor: Actor) => boolean;
}

const everybody = "owner viewer editor stranger";
const table = (actor: Actor, name: string) => actor.supabase.from(name);

const message = (conversation_id: string, seq: number, rest = {}) => ({
  conversation_id,
  seq,
  role: "user",
  content: "Changed",
  token_count: 2,
  // 32 bytes in any reading of a bytea.
  payload_hash: "x".repeat(32),
  ...rest,
});

/** Whether a row of a table has these values. */
const has = (
  rows: Record<string, unknown>[],
  values: Record<string, unknown>,
) =>
  rows.some((row) =>
    Object.entries(values).every(([key, value]) => row[key] === value)
  );

const appended = (after: State, { shared }: World) =>
  has(after.messages, { conversation_id: shared, content: "Changed" });

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

const conversations: Write[] = [
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

const messages: Write[] = [
  {
    what: "insert the next message",
    allowed: "owner editor",
    run: (actor, { shared }) =>
      table(actor, "messages").insert(message(shared, 2)),
    happened: appended,
  },
  ...[1, 3].map((seq): Write => ({
    what: `insert a message with seq ${seq} after seq 1`,
    allowed: "",
    run: (actor, { shared }) =>
      table(actor, "messages").insert(message(shared, seq)),
    happened: appended,
  })),
  {
    what: "insert a batch with a gap",
    allowed: "",
    run: (actor, { shared }) =>
      table(actor, "messages").insert([message(shared, 2), message(shared, 4)]),
    happened: appended,
  },
  {
    what: "insert a message of another author",
    allowed: "",
    run: (actor, { shared }) =>
      table(actor, "messages").insert(
        message(shared, 2, { author_id: actors.viewer.id }),
      ),
    happened: appended,
  },
  {
    what: "insert a message with a time of one's own",
    allowed: "",
    run: (actor, { shared }) =>
      table(actor, "messages").insert(
        message(shared, 2, { created_at: "2020-01-01T00:00:00Z" }),
      ),
    happened: appended,
  },
  {
    what: "insert a message into a conversation that is not shared",
    allowed: "owner",
    run: (actor, { unshared }) =>
      table(actor, "messages").insert(message(unshared, 2)),
    happened: (after, { unshared }) =>
      has(after.messages, { conversation_id: unshared, content: "Changed" }),
  },
  {
    what: "update a message",
    allowed: "",
    run: (actor, { shared }) =>
      table(actor, "messages").update({ content: "Changed" }).eq(
        "conversation_id",
        shared,
      ),
    happened: appended,
  },
  {
    what: "delete a message",
    allowed: "",
    run: (actor, { shared }) =>
      table(actor, "messages").delete().eq("conversation_id", shared),
    happened: (after, { shared }) =>
      !has(after.messages, { conversation_id: shared, seq: "1" }),
  },
];

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

const members: Write[] = [
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

const file = (mark: string, rest = {}) => ({
  bucket: "user-files",
  original_name: mark,
  mime_type: "text/plain",
  size_bytes: 0,
  ...rest,
});

const files: Write[] = [
  {
    what: "reserve a file of one's own",
    allowed: everybody,
    run: (actor, { mark }) => table(actor, "files").insert(file(mark)),
    happened: ({ made }, _, { id }) =>
      id !== null && has(made, { owner_id: id }),
  },
  {
    what: "reserve a file in the owner's name",
    allowed: "",
    run: (actor, { mark }) =>
      table(actor, "files").insert(file(mark, { owner_id: actors.owner.id })),
    happened: ({ made }) => made.length > 0,
  },
  {
    what: "delete a file by its status",
    allowed: "owner",
    run: (actor, world) =>
      table(actor, "files").update({ status: "deleted" }).eq("id", world.file),
    happened: (after, world) =>
      has(after.files, { id: world.file, status: "deleted" }),
  },
  {
    what: "point a file at another object",
    allowed: "",
    run: (actor, world) =>
      table(actor, "files").update({ storage_path: "elsewhere" }).eq(
        "id",
        world.file,
      ),
    happened: (after) => has(after.files, { storage_path: "elsewhere" }),
  },
  {
    what: "delete the row of a file",
    allowed: "",
    run: (actor, world) => table(actor, "files").delete().eq("id", world.file),
    happened: (after, world) => !has(after.files, { id: world.file }),
  },
  {
    what: "link a file to a message",
    allowed: "owner editor",
    run: (actor, world) =>
      table(actor, "conversation_files")
        .insert({
          conversation_id: world.shared,
          file_id: world.file,
          message_seq: 1,
        }),
    happened: (after, world) =>
      has(after.links, { file_id: world.file, message_seq: "1" }),
  },
  {
    what: "link a file to a conversation that is not shared",
    allowed: "owner",
    run: (actor, world) =>
      table(actor, "conversation_files").insert({
        conversation_id: world.unshared,
        file_id: world.file,
      }),
    happened: (after, { unshared }) =>
      has(after.links, { conversation_id: unshared }),
  },
  {
    what: "move a link",
    allowed: "",
    run: (actor, world) =>
      table(actor, "conversation_files").update({
        conversation_id: world.unshared,
      }).eq("file_id", world.file),
    happened: (after, { unshared }) =>
      has(after.links, { conversation_id: unshared }),
  },
  {
    what: "raise one's own quota",
    allowed: "",
    run: (actor) =>
      table(actor, "storage_usage").update({ bytes_limit: 7 })
        .eq("owner_id", actor.id ?? actors.owner.id),
    happened: ({ usage }) => has(usage, { bytes_limit: "7" }),
  },
  {
    what: "give oneself a quota",
    allowed: "",
    run: (actor) =>
      table(actor, "storage_usage").upsert({
        owner_id: actor.id ?? actors.owner.id,
        bytes_limit: 7,
      }),
    happened: ({ usage }) => has(usage, { bytes_limit: "7" }),
  },
  {
    what: "forget one's usage",
    allowed: "",
    run: (actor) =>
      table(actor, "storage_usage").delete().eq(
        "owner_id",
        actor.id ?? actors.owner.id,
      ),
    happened: ({ usage }) => !has(usage, { owner_id: actors.owner.id }),
  },
];

const versions: Write[] = [
  {
    what: "insert a schema version",
    allowed: "",
    run: (actor) =>
      table(actor, "schema_version").insert({
        version: "29991231235959",
        description: "x",
      }),
    happened: (after) => has(after.versions, { version: "29991231235959" }),
  },
  {
    what: "update the schema versions",
    allowed: "",
    run: (actor) =>
      table(actor, "schema_version").update({ description: "x" }).neq(
        "version",
        "",
      ),
    happened: (after) => has(after.versions, { description: "x" }),
  },
  {
    what: "delete the schema versions",
    allowed: "",
    run: (actor) => table(actor, "schema_version").delete().neq("version", ""),
    happened: (after) => after.versions.length === 0,
  },
];

export const writes = [
  ...conversations,
  ...messages,
  ...members,
  ...files,
  ...versions,
];
