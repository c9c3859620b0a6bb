/** Who may read what of a file: each case answers whether the actor got to see something. */
import type { Actor } from "../support/actors.ts";
import { request } from "../support/http.ts";
import { target } from "../support/target.ts";
import { BUCKET, owner, pathOf, storage, type World } from "./access_world.ts";

export interface Read {
  what: string;
  /** The names of the actors who see it; everybody else sees nothing. */
  allowed: string;
  sees: (actor: Actor, world: World) => Promise<boolean>;
}

type Which = "linked" | "unlinked" | "pending" | "deleted";

/** Who may see a file of each kind. Bytes of what is not ready are nobody's to read. */
const readers: Record<Which, string> = {
  linked: "owner viewer editor",
  unlinked: "owner",
  pending: "",
  deleted: "",
};
const kinds = Object.keys(readers) as Which[];

const has = (rows: unknown, id: string): boolean =>
  Array.isArray(rows) &&
  rows.some((row) => row.id === id || row.file_id === id || row.name === id);

const bytes = kinds.flatMap((which): Read[] => [
  {
    what: `the bytes of a ${which} file, through the function`,
    allowed: readers[which],
    sees: async (actor, world) =>
      (await request(actor, `file-download/${world[which]}`)).status === 200,
  },
  {
    what: `a URL of a ${which} file, through the function`,
    allowed: readers[which],
    sees: async (actor, world) =>
      (await request(actor, `file-download/${world[which]}/url`)).status ===
        200,
  },
  {
    what: `the bytes of a ${which} file, in Storage`,
    allowed: readers[which],
    sees: async (actor, world) =>
      (await storage(actor).download(pathOf(world[which]))).data !== null,
  },
  {
    what: `a signed URL of a ${which} file, in Storage`,
    allowed: readers[which],
    sees: async (actor, world) =>
      (await storage(actor).createSignedUrl(pathOf(world[which]), 60)).data !==
        null,
  },
  {
    what: `a ${which} file in Storage's list`,
    allowed: readers[which],
    sees: async (actor, world) =>
      has(
        (await storage(actor).list(owner.id, {
          search: world[which],
        })).data,
        world[which],
      ),
  },
  {
    what: `Storage's description of a ${which} file`,
    allowed: readers[which],
    sees: async (actor, world) =>
      (await storage(actor).info(pathOf(world[which]))).data !== null,
  },
  {
    what: `a ${which} file by Storage's public address`,
    allowed: "",
    sees: async (actor, world) => {
      const path = `object/public/${BUCKET}/${pathOf(world[which])}`;
      const response = await fetch(`${target.url}/storage/v1/${path}`, {
        headers: actor.headers,
      });
      await response.body?.cancel();
      return response.ok;
    },
  },
]);

/** The row of a pending file is its owner's to see, and of a deleted one in the table. */
const rows = kinds.flatMap((which): Read[] => {
  const described = which === "pending" ? "owner" : readers[which];
  return [
    {
      what: `the metadata of a ${which} file, through the function`,
      allowed: described,
      sees: async (actor, world) =>
        (await request(actor, `file-download/${world[which]}/metadata`))
          .status === 200,
    },
    {
      what: `a ${which} file by rpc read_file`,
      allowed: described,
      sees: async (actor, world) =>
        (await actor.supabase.rpc("read_file", { file_id: world[which] }))
          .data !== null,
    },
    {
      what: `a ${which} file in continuum.files`,
      allowed: which === "deleted" ? "owner" : described,
      sees: async (actor, world) =>
        has(
          (await actor.supabase.from("files").select().eq("id", world[which]))
            .data,
          world[which],
        ),
    },
    {
      what: `a ${which} file in the conversation's list`,
      allowed: which === "linked" ? "owner viewer editor" : "",
      sees: async (actor, world) => {
        const { conversation } = world;
        const { body } = await request(
          actor,
          `file-download?continuation_id=${conversation}`,
        );
        return has(body.files, world[which]);
      },
    },
    {
      what: `a ${which} file by rpc list_files`,
      allowed: which === "linked" ? "owner viewer editor" : "",
      sees: async (actor, world) => {
        const { data } = await actor.supabase.rpc("list_files", {
          continuation_id: world.conversation,
        });
        return has(data?.files, world[which]);
      },
    },
  ];
});

export const reads: Read[] = [
  ...bytes,
  ...rows,
  {
    what: "the links of the conversation in continuum.conversation_files",
    allowed: "owner viewer editor",
    sees: async (actor, world) =>
      has(
        (await actor.supabase.from("conversation_files").select().eq(
          "file_id",
          world.linked,
        )).data,
        world.linked,
      ),
  },
  {
    what: "the owner's usage in continuum.storage_usage",
    allowed: "owner",
    sees: async (actor) => {
      const { data } = await actor.supabase.from("storage_usage").select()
        .eq("owner_id", owner.id);
      return (data ?? []).length > 0;
    },
  },
  {
    what: "the buckets",
    allowed: "",
    sees: async (actor) =>
      ((await actor.supabase.storage.listBuckets()).data ?? []).length > 0,
  },
];
