/** Attacks on what is stored: nothing replaces a file's bytes, and Storage copies and moves nothing of ours. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { type Answer, fresh, request } from "../support/http.ts";
import { asUser } from "../support/as_user.ts";
import { withSql } from "../support/sql.ts";
import { complete, put, reserve, storedFile } from "../support/stored_files.ts";
import { target } from "../support/target.ts";
import { resumable } from "./resumable.ts";

const owner = await signUp("owner");
const UPSERT = { ...owner.headers, "x-upsert": "true" };
const bytes = new TextEncoder().encode("hello");

async function storage(
  method: string,
  path: string,
  headers: Record<string, string>,
  body: BodyInit,
): Promise<boolean> {
  const response = await fetch(`${target.url}/storage/v1${path}`, {
    method,
    headers: { "Content-Type": "text/plain", ...headers },
    body,
  });
  await response.body?.cancel();
  return response.ok;
}

/** Each way in which Storage could be asked to replace the object of a reservation. */
const replacements: Record<string, (to: Answer) => Promise<boolean>> = {
  "an upload with x-upsert": ({ body }) =>
    storage(
      "POST",
      `/object/${body.file.bucket}/${body.signed_upload.path}`,
      UPSERT,
      "other",
    ),
  "an update": ({ body }) =>
    storage(
      "PUT",
      `/object/${body.file.bucket}/${body.signed_upload.path}`,
      owner.headers,
      "other",
    ),
  "a signed URL with x-upsert": ({ body }) =>
    storage(
      "POST",
      `/object/upload/sign/${body.file.bucket}/${body.signed_upload.path}`,
      UPSERT,
      "",
    ),
  "a resumable upload with x-upsert": (reservation) =>
    resumable(reservation, bytes, { headers: UPSERT })
      .then(() => true, () => false),
};

for (const [what, replace] of Object.entries(replacements)) {
  Deno.test(`${what} is refused before there are bytes, while they are pending, and once the file is ready`, async () => {
    const reservation = await reserve(owner);
    const { id } = reservation.body.file;
    assert.equal(await replace(reservation), false, "no object yet");
    assert.equal(await put(reservation, "hello"), 200);
    assert.equal(await replace(reservation), false, "pending");
    assert.equal((await complete(owner, id)).status, 200);
    assert.equal(await replace(reservation), false, "ready");
    assert.equal((await request(owner, `file-download/${id}`)).text, "hello");
  });
}

Deno.test("a resumable upload with the token of the signed URL ignores x-upsert, and completes", async () => {
  const reservation = await reserve(owner);
  const { file, signed_upload, resumable: tus } = reservation.body;
  await resumable(reservation, bytes, {
    endpoint: `${tus.endpoint}/sign`,
    headers: { "x-signature": signed_upload.token, "x-upsert": "true" },
  });
  assert.equal((await complete(owner, file.id)).status, 200);
  const again = resumable(reservation, new TextEncoder().encode("other"), {
    endpoint: `${tus.endpoint}/sign`,
    headers: { "x-signature": signed_upload.token, "x-upsert": "true" },
  });
  await assert.rejects(again);
  const down = await request(owner, `file-download/${file.id}`);
  assert.equal(down.text, "hello");
});

/** What Storage says of a request when it writes a row to find out whether it may. */
for (
  const [operation, headers] of [
    ["storage.s3.upload", {}],
    ["storage.s3.object.copy", {}],
    ["storage.s3.upload.part_copy", {}],
    ["storage.object.copy", {}],
    ["storage.object.upload_update", {}],
    ["storage.object.upload", { "x-upsert": "true" }],
    ["storage.tus.upload.part", { "x-upsert": "true" }],
  ] as const
) {
  const what = "x-upsert" in headers ? `${operation} with x-upsert` : operation;
  Deno.test(`no object is let in by ${what}`, async () => {
    const { file, signed_upload } = (await reserve(owner)).body;
    const insert = (settings: [string, string][]) =>
      asUser(owner, async (sql) => {
        for (const [name, value] of settings) {
          await sql`select set_config(${name}, ${value}, true)`;
        }
        await sql`insert into storage.objects (bucket_id, name, version)
          values (${file.bucket}, ${signed_upload.path}, '1')`;
      });
    await assert.rejects(
      insert([
        ["storage.operation", operation],
        ["request.headers", JSON.stringify(headers)],
      ]),
      { code: "42501" },
    );
    await insert([["storage.operation", "storage.object.upload"]]);
  });
}

Deno.test("nothing is copied or moved between our buckets and one that the caller may write to", async () => {
  const bucket = fresh("scratch");
  const file = await storedFile(owner, { content: "ours" });
  const reservation = await reserve(owner);
  const { path: storage_path } = reservation.body.signed_upload;
  await withSql(async (sql) => {
    await sql`insert into storage.buckets (id, name) values (${bucket}, ${bucket})`;
    await sql.unsafe(
      `create policy "everything in ${bucket}" on storage.objects for all to authenticated
        using (bucket_id = '${bucket}') with check (bucket_id = '${bucket}')`,
    );
  });
  try {
    const theirs = owner.supabase.storage.from(bucket);
    const ours = owner.supabase.storage.from("user-files");
    await theirs.upload("theirs.txt", "theirs", { contentType: "text/plain" });
    const path = `${owner.id}/${file.id}`;
    for (
      const [what, attempt] of [
        [
          "copied in",
          theirs.copy("theirs.txt", storage_path, {
            destinationBucket: "user-files",
          }),
        ],
        [
          "moved in",
          theirs.move("theirs.txt", storage_path, {
            destinationBucket: "user-files",
          }),
        ],
        ["copied out", ours.copy(path, "a", { destinationBucket: bucket })],
        ["moved out", ours.move(path, "b", { destinationBucket: bucket })],
      ] as const
    ) assert.notEqual((await attempt).error, null, what);
    assert.equal(
      (await theirs.copy("theirs.txt", "copy.txt")).error,
      null,
      "the bucket itself can be copied in",
    );
    const down = await request(owner, `file-download/${file.id}`);
    assert.equal(down.text, "ours");
  } finally {
    await owner.supabase.storage.from(bucket).remove([
      "theirs.txt",
      "copy.txt",
      "a",
      "b",
    ]);
    await withSql(async (sql) => {
      await sql.unsafe(
        `drop policy "everything in ${bucket}" on storage.objects`,
      );
      await sql.begin(async (sql) => {
        await sql`select set_config('storage.allow_delete_query', 'true', true)`;
        await sql`delete from storage.buckets where id = ${bucket}`;
      });
    });
  }
});
