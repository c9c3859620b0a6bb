/** What can be asked of Storage itself, past the functions. */
import type { Actor } from "../support/actors.ts";
import { target } from "../support/target.ts";
import {
  bearerNames,
  type Case,
  each,
  type Outcomes,
  outcomes,
} from "./matrix.ts";
import { pathOf, readState, type World } from "./world.ts";

const BUCKET = "user-files";
const storage = (actor: Actor) => actor.supabase.storage.from(BUCKET);
const text = () =>
  new Blob([`other ${crypto.randomUUID()}`], { type: "text/plain" });
const asText = { contentType: "text/plain" };

/** The secret keys pass by every policy, so they are not asked here. */
const by = (
  owner: string,
  editor: string,
  viewer: string,
  outsider: string,
): Outcomes =>
  outcomes(owner, editor, viewer, outsider, {
    nobody: "refused",
    ...each(bearerNames, "refused"),
    ...each(["secret", "admin", "legacyService"], "skipped"),
  });

const readers = by("ok", "ok", "ok", "refused");
const ownerAlone = by("ok", "refused", "refused", "refused");
const refused = by("refused", "refused", "refused", "refused");

/** Who reads an object by what its file is. */
const seen = {
  linked: readers,
  unlinked: ownerAlone,
  pending: ownerAlone,
  deleted: refused,
};
const kinds = Object.keys(seen) as (keyof typeof seen)[];

const ask = (
  covers: string,
  outcomes: Outcomes,
  run: (actor: Actor, world: World) => Promise<boolean>,
  changes = false,
): Case => ({
  covers,
  outcomes,
  changes,
  run: async (actor, world) => ({
    outcome: await run(actor, world) ? "ok" : "refused",
  }),
});

/** A request that storage-js does not send as it is asked here. */
async function plain(
  actor: Actor,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: BodyInit,
): Promise<Response> {
  const response = await fetch(`${target.url}/storage/v1/${path}`, {
    method,
    headers: { ...actor.headers, ...headers },
    body,
  });
  await response.body?.cancel();
  return response;
}

/** A whole resumable upload in one request. */
async function resumable(
  actor: Actor,
  path: string,
  headers: Record<string, string> = {},
): Promise<boolean> {
  const encoded = (value: string) => btoa(value);
  const { ok } = await plain(actor, "POST", "upload/resumable", {
    "Tus-Resumable": "1.0.0",
    "Content-Type": "application/offset+octet-stream",
    "Upload-Length": "5",
    "Upload-Metadata": [
      `bucketName ${encoded(BUCKET)}`,
      `objectName ${encoded(path)}`,
      `contentType ${encoded("text/plain")}`,
    ].join(","),
    ...headers,
  }, "bytes");
  return ok;
}

const reads = kinds.flatMap((kind): Case[] => [
  ask(
    `download of a ${kind} object`,
    seen[kind],
    async (actor, world) =>
      (await storage(actor).download(await pathOf(world[kind]))).data !== null,
  ),
  ask(
    `signed URL of a ${kind} object`,
    seen[kind],
    async (actor, world) => {
      const path = await pathOf(world[kind]);
      return (await storage(actor).createSignedUrl(path, 60)).data !== null;
    },
  ),
  ask(
    `signed URLs of several objects, with a ${kind} one`,
    seen[kind],
    async (actor, world) => {
      const paths = [await pathOf(world[kind]), `${actor.id}/${world.mark}`];
      const { data } = await storage(actor).createSignedUrls(paths, 60);
      return (data ?? []).some(({ signedUrl }) => !!signedUrl);
    },
  ),
  ask(
    `whether a ${kind} object exists`,
    seen[kind],
    async (actor, world) =>
      (await storage(actor).exists(await pathOf(world[kind]))
        .catch(() => ({ data: false }))).data,
  ),
  ask(
    `the headers of a ${kind} object`,
    seen[kind],
    async (actor, world) =>
      (await plain(
        actor,
        "HEAD",
        `object/authenticated/${BUCKET}/${await pathOf(
          world[kind],
        )}`,
      )).ok,
  ),
  ask(
    `description of a ${kind} object`,
    seen[kind],
    async (actor, world) =>
      (await storage(actor).info(await pathOf(world[kind]))).data !== null,
  ),
  ask(
    `list with a ${kind} object`,
    seen[kind],
    async (actor, world) => {
      const [folder, name] = (await pathOf(world[kind])).split("/") as [
        string,
        string,
      ];
      const { data } = await storage(actor).list(folder, { search: name });
      return (data ?? []).some((object) => object.name === name);
    },
  ),
  ask(
    `public address of a ${kind} object`,
    refused,
    async (actor, world) =>
      (await plain(
        actor,
        "GET",
        `object/public/${BUCKET}/${await pathOf(world[kind])}`,
      )).ok,
  ),
]);

/** Whether an operation was said to be done; what is there is compared besides. */
const done = async (
  operation: PromiseLike<{ data: unknown; error: unknown }>,
): Promise<boolean> => {
  const { data, error } = await operation;
  return error === null && data !== null &&
    !(Array.isArray(data) && data.length === 0);
};

const writes: Case[] = [
  ask(
    "upload to the owner's folder, without a row",
    refused,
    async (actor, { linked, mark }) => {
      const [folder] = (await pathOf(linked)).split("/");
      return done(storage(actor).upload(`${folder}/${mark}`, text(), asText));
    },
  ),
  ask(
    "upload to one's own folder, without a row",
    refused,
    (actor, { mark }) =>
      done(storage(actor).upload(`${actor.id}/${mark}`, text(), asText)),
  ),
  ask(
    "upload to a reserved path",
    ownerAlone,
    async (actor, { awaited }) =>
      done(storage(actor).upload(await pathOf(awaited), text(), asText)),
    true,
  ),
  ask(
    "upload URL of a reserved path",
    ownerAlone,
    async (actor, { awaited }) => {
      const path = await pathOf(awaited);
      const { data } = await storage(actor).createSignedUploadUrl(path);
      const token = data?.token ?? "none";
      return done(
        storage(actor).uploadToSignedUrl(path, token, text(), asText),
      );
    },
    true,
  ),
  ask(
    "a resumable upload to a reserved path",
    ownerAlone,
    async (actor, { awaited }) => resumable(actor, await pathOf(awaited)),
    true,
  ),
  ask(
    "a resumable upload to where no row is",
    refused,
    (actor, { mark }) => resumable(actor, `${actor.id}/${mark}`),
  ),
  ...(["linked", "pending"] as const).flatMap((kind): Case[] => [
    ask(
      `overwriting the object of a ${kind} file by a resumable upload`,
      refused,
      async (actor, world) =>
        resumable(actor, await pathOf(world[kind]), { "x-upsert": "true" }),
    ),
    ask(
      `removing the object of a ${kind} file by its path`,
      refused,
      async (actor, world) =>
        (await plain(
          actor,
          "DELETE",
          `object/${BUCKET}/${await pathOf(world[kind])}`,
        )).ok,
    ),
    ask(
      `overwriting the object of a ${kind} file by an upsert`,
      refused,
      async (actor, world) =>
        done(
          storage(actor).upload(await pathOf(world[kind]), text(), {
            ...asText,
            upsert: true,
          }),
        ),
    ),
    ask(
      `overwriting the object of a ${kind} file by an update`,
      refused,
      async (actor, world) =>
        done(storage(actor).update(await pathOf(world[kind]), text(), asText)),
    ),
    ask(
      `removing the object of a ${kind} file`,
      refused,
      async (actor, world) =>
        done(storage(actor).remove([await pathOf(world[kind])])),
    ),
    ask(
      `moving the object of a ${kind} file to one's own folder`,
      refused,
      async (actor, world) =>
        done(
          storage(actor).move(
            await pathOf(world[kind]),
            `${actor.id}/${world.mark}`,
          ),
        ),
    ),
    ask(
      `copying the object of a ${kind} file to where no row is`,
      refused,
      async (actor, world) =>
        done(
          storage(actor).copy(
            await pathOf(world[kind]),
            `${actor.id}/${world.mark}`,
          ),
        ),
    ),
    ask(
      `copying the object of a ${kind} file to a reserved path`,
      refused,
      async (actor, world) =>
        done(
          storage(actor).copy(
            await pathOf(world[kind]),
            await pathOf(world.awaited),
          ),
        ),
    ),
  ]),
  ask(
    "removing the object of a deleted file",
    ownerAlone,
    async (actor, { deleted }) =>
      done(storage(actor).remove([await pathOf(deleted)])),
    true,
  ),
  ask(
    "opening the bucket to the public",
    refused,
    (actor) =>
      done(actor.supabase.storage.updateBucket(BUCKET, { public: true })),
  ),
  ask("listing the buckets", refused, async (actor) => {
    const { data } = await actor.supabase.storage.listBuckets();
    return (data ?? []).length > 0;
  }),
  ask(
    "emptying the bucket",
    refused,
    async (actor, world) => {
      const before = await readState(world);
      await actor.supabase.storage.emptyBucket(BUCKET);
      const after = await readState(world);
      return before.objects.length !== after.objects.length;
    },
  ),
  ask(
    "describing the bucket",
    refused,
    (actor) => done(actor.supabase.storage.getBucket(BUCKET)),
  ),
  ask(
    "removing the bucket",
    refused,
    (actor) => done(actor.supabase.storage.deleteBucket(BUCKET)),
  ),
  ask(
    "making a bucket",
    refused,
    (actor, { mark }) => done(actor.supabase.storage.createBucket(mark)),
  ),
];

/** The methods of storage-js that the cases ask, or that Storage has for an administrator alone. */
export const asked = {
  file: [
    "copy",
    "createSignedUploadUrl",
    "createSignedUrl",
    "createSignedUrls",
    "download",
    "exists",
    "getPublicUrl",
    "info",
    "list",
    // Another shape of list, under the same policy; the local stack has no such route.
    "listV2",
    "move",
    // Of a content network, by the secret key alone.
    "purgeCache",
    "remove",
    "update",
    "upload",
    "uploadToSignedUrl",
  ],
  bucket: [
    "createBucket",
    "deleteBucket",
    "emptyBucket",
    "from",
    "getBucket",
    "listBuckets",
    "updateBucket",
    // By the secret key alone.
    "deleteBucketLifecycle",
    "getBucketLifecycle",
    "purgeBucketCache",
    "updateBucketLifecycle",
  ],
  /** Not requests, but parts of them. */
  inner: [
    "_getFinalPath",
    "_removeEmptyFolders",
    "applyTransformOptsToQuery",
    "bucketLifecycleUrl",
    "encodeMetadata",
    "fetch",
    "handleOperation",
    "listBucketOptionsToQueryString",
    "prepareUploadFormData",
    "setHeader",
    "throwOnError",
    "toBase64",
    "uploadOrUpdate",
  ],
};

export const storageCases = [...reads, ...writes];
