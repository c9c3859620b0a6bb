/** Who may change what of a file, through the functions, the Data API and Storage. */
import type { Actor } from "../support/actors.ts";
import { request } from "../support/http.ts";
import { reserve, upload } from "../support/stored_files.ts";
import {
  BUCKET,
  pathOf,
  type State,
  storage,
  type World,
} from "./access_world.ts";

export interface Write {
  what: string;
  /** The names of the actors for whom it happens; for everybody else nothing changes. */
  allowed: string;
  run: (actor: Actor, world: World) => PromiseLike<unknown>;
  /** Whether it has happened. */
  happened: (after: State, world: World, before: State) => boolean;
}

const text = () =>
  new Blob([`other ${crypto.randomUUID()}`], { type: "text/plain" });
const asText = { contentType: "text/plain" };

const statusOf = ({ files }: State, id: string) =>
  files.find((file) => file.id === id)?.status;
const versionOf = ({ objects }: State, id: string) =>
  objects.find(({ name }) => name === pathOf(id))?.version;

const becomes = (which: "linked" | "pending" | "awaited", status: string) =>
(
  after: State,
  world: World,
) => statusOf(after, world[which]) === status;
const rewritten =
  (which: "linked" | "pending") =>
  (after: State, world: World, before: State) =>
    versionOf(after, world[which]) !== versionOf(before, world[which]);
const stored = ({ objects }: State, { mark }: World) =>
  objects.some(({ name }) => name.includes(mark));
const linked = ({ links }: State, { mark }: World) =>
  links.some(({ original_name }) => original_name === mark);

const functions: Write[] = [
  {
    what: "upload into the conversation",
    allowed: "owner editor",
    run: (actor, { conversation, mark }) =>
      upload(actor, { name: mark, query: `continuation_id=${conversation}` }),
    happened: linked,
  },
  {
    what: "reserve a file of the conversation",
    allowed: "owner editor",
    run: (actor, { conversation, mark }) =>
      reserve(actor, { original_name: mark, continuation_id: conversation }),
    happened: linked,
  },
  {
    what: "complete a reservation",
    allowed: "owner",
    run: (actor, { pending }) =>
      request(actor, `file-upload/${pending}/complete`, { method: "POST" }),
    happened: becomes("pending", "ready"),
  },
  {
    what: "delete a file",
    allowed: "owner",
    run: (actor, { linked }) =>
      request(actor, `file-upload/${linked}`, { method: "DELETE" }),
    happened: becomes("linked", "deleted"),
  },
  {
    what: "sweep",
    allowed: "",
    run: (actor) =>
      request(actor, "file-upload/sweep", { json: { pending_seconds: 0 } }),
    happened: becomes("pending", "deleted"),
  },
];

const rpc = (
  name: string,
  allowed: string,
  args: (world: World) => Record<string, unknown>,
  happened: Write["happened"],
): Write => ({
  what: `do so by rpc ${name}`,
  allowed,
  run: (actor, world) => actor.supabase.rpc(name, args(world)),
  happened,
});

const rpcs: Write[] = [
  rpc("reserve_file", "owner editor", ({ mark, conversation }) => ({
    bucket: BUCKET,
    original_name: mark,
    mime_type: "text/plain",
    continuation_id: conversation,
  }), linked),
  rpc(
    "grow_file",
    "owner",
    ({ pending }) => ({ file_id: pending, size_bytes: 777 }),
    ({ files }) => files.some(({ size_bytes }) => size_bytes === "777"),
  ),
  rpc(
    "complete_file",
    "owner",
    ({ pending }) => ({ file_id: pending }),
    becomes("pending", "ready"),
  ),
  rpc(
    "delete_file",
    "owner",
    ({ linked }) => ({ file_id: linked }),
    becomes("linked", "deleted"),
  ),
  rpc(
    "abandon_file",
    "owner",
    ({ pending }) => ({ file_id: pending }),
    becomes("pending", "deleted"),
  ),
  rpc(
    "begin_sweep",
    "",
    () => ({ pending_seconds: 0 }),
    becomes("pending", "deleted"),
  ),
  rpc(
    "finish_sweep",
    "",
    () => ({}),
    ({ files }, { deleted }) => !files.some(({ id }) => id === deleted),
  ),
];

const tables: Write[] = [
  {
    what: "say that a file is ready whose bytes are not there",
    allowed: "",
    run: (actor, { awaited }) =>
      actor.supabase.from("files").update({ status: "ready" }).eq(
        "id",
        awaited,
      ),
    happened: becomes("awaited", "ready"),
  },
  {
    what: "bring back a deleted file",
    allowed: "",
    run: (actor, { deleted }) =>
      actor.supabase.from("files").update({ status: "ready" }).eq(
        "id",
        deleted,
      ),
    happened: (after, { deleted }) => statusOf(after, deleted) === "ready",
  },
  {
    what: "change the size of a ready file",
    allowed: "",
    run: (actor, { linked }) =>
      actor.supabase.from("files").update({ size_bytes: 0 }).eq("id", linked),
    happened: ({ files }, { linked }) =>
      files.some(({ id, size_bytes }) => id === linked && size_bytes === "0"),
  },
];

const objects: Write[] = [
  {
    what: "upload to the owner's folder in Storage, without a row",
    allowed: "",
    run: (actor, { mark }) => storage(actor).upload(pathOf(mark), text()),
    happened: stored,
  },
  {
    what: "upload to one's own folder in Storage, without a row",
    allowed: "",
    run: (actor, { mark }) =>
      storage(actor).upload(`${actor.id}/${mark}`, text(), asText),
    happened: stored,
  },
  {
    what: "upload to a reserved path in Storage",
    allowed: "owner",
    run: (actor, { awaited }) =>
      storage(actor).upload(pathOf(awaited), text(), asText),
    happened: (after, { awaited }) => versionOf(after, awaited) !== undefined,
  },
  {
    what: "get an upload URL for a reserved path from Storage",
    allowed: "owner",
    run: async (actor, { awaited }) => {
      const path = pathOf(awaited);
      const { data } = await storage(actor).createSignedUploadUrl(path);
      const token = data?.token ?? "none";
      await storage(actor).uploadToSignedUrl(path, token, text(), asText);
    },
    happened: (after, { awaited }) => versionOf(after, awaited) !== undefined,
  },
  ...(["linked", "pending"] as const).flatMap((which): Write[] => [
    {
      what: `overwrite the object of a ${which} file by an upsert`,
      allowed: "",
      run: (actor, world) =>
        storage(actor).upload(pathOf(world[which]), text(), {
          ...asText,
          upsert: true,
        }),
      happened: rewritten(which),
    },
    {
      what: `overwrite the object of a ${which} file by an update`,
      allowed: "",
      run: (actor, world) =>
        storage(actor).update(pathOf(world[which]), text(), asText),
      happened: rewritten(which),
    },
    {
      what: `remove the object of a ${which} file from Storage`,
      allowed: "",
      run: (actor, world) => storage(actor).remove([pathOf(world[which])]),
      happened: rewritten(which),
    },
    {
      what: `move the object of a ${which} file to one's own folder`,
      allowed: "",
      run: (actor, world) =>
        storage(actor).move(pathOf(world[which]), `${actor.id}/${world.mark}`),
      happened: (after, world, before) =>
        stored(after, world) || rewritten(which)(after, world, before),
    },
    {
      what: `copy the object of a ${which} file to where no row is`,
      allowed: "",
      run: (actor, world) =>
        storage(actor).copy(pathOf(world[which]), `${actor.id}/${world.mark}`),
      happened: stored,
    },
  ]),
  {
    what: "remove the object of a deleted file from Storage",
    allowed: "owner",
    run: (actor, { deleted }) => storage(actor).remove([pathOf(deleted)]),
    happened: (after, { deleted }) => versionOf(after, deleted) === undefined,
  },
  {
    what: "open the bucket to the public",
    allowed: "",
    run: (actor) =>
      actor.supabase.storage.updateBucket(BUCKET, { public: true }),
    happened: ({ buckets }) => buckets.some((bucket) => bucket.public),
  },
  {
    what: "empty the bucket",
    allowed: "",
    run: (actor) => actor.supabase.storage.emptyBucket(BUCKET),
    happened: (after, { linked }) => versionOf(after, linked) === undefined,
  },
  {
    what: "make a bucket",
    allowed: "",
    run: (actor, { mark }) => actor.supabase.storage.createBucket(mark),
    happened: ({ buckets }, { mark }) => buckets.some(({ id }) => id === mark),
  },
];

export const writes = [...functions, ...rpcs, ...tables, ...objects];
