/** Who may change rows of files, their links and quotas, straight through the Data API. */
import { actors } from "./world.ts";
import { everybody, has, table, type Write } from "./write.ts";

const file = (mark: string, rest = {}) => ({
  bucket: "user-files",
  original_name: mark,
  mime_type: "text/plain",
  size_bytes: 0,
  ...rest,
});

export const files: Write[] = [
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
    what: "reserve a file in another bucket of the project",
    allowed: "",
    run: (actor, { mark }) =>
      table(actor, "files").insert(file(mark, { bucket: "avatars" })),
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
    what: "link a file to a message of the owner's",
    allowed: "owner",
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
