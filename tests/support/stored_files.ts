/** Files: stored, reserved, swept, and looked at behind the API's back. */
import assert from "node:assert/strict";
import type { Actor } from "./actors.ts";
import { type Answer, request } from "./http.ts";
import { withSql } from "./sql.ts";
import { type Target, target } from "./target.ts";

/** What a test says of a file; the rest has defaults. */
export interface Draft {
  content?: string | Uint8Array<ArrayBuffer>;
  name?: string;
  type?: string;
  /** The query of the upload, as in `bucket=generated-files`. */
  query?: string;
  headers?: Record<string, string>;
}

/** Uploads a raw body. */
export function upload(
  actor: Actor,
  { content = unique("content"), name = "a.txt", type = "text/plain", ...rest }:
    Draft = {},
): Promise<Answer> {
  return request(actor, `file-upload${rest.query ? `?${rest.query}` : ""}`, {
    body: content,
    headers: {
      "Content-Type": type,
      "X-File-Name": encodeURIComponent(name),
      ...rest.headers,
    },
  });
}

/** A ready file of `actor`'s, as the API describes it. */
export async function storedFile(actor: Actor, draft: Draft = {}) {
  const { status, body, text } = await upload(actor, draft);
  assert.equal(status, 201, text);
  return body.file;
}

/** Reserves room for a file. */
export function reserve(
  actor: Actor,
  fields: Record<string, unknown> = {},
): Promise<Answer> {
  return request(actor, "file-upload/reservations", {
    json: {
      original_name: "a.txt",
      mime_type: "text/plain",
      size_bytes: 5,
      ...fields,
    },
  });
}

/** Sends bytes to the signed URL of a reservation. */
export async function put(
  reservation: Answer,
  bytes: BodyInit,
  type = "text/plain",
): Promise<number> {
  const response = await fetch(reservation.body.signed_upload.url, {
    method: "PUT",
    headers: { "Content-Type": type },
    body: bytes,
  });
  await response.body?.cancel();
  return response.status;
}

export function complete(actor: Actor, fileId: string): Promise<Answer> {
  return request(actor, `file-upload/${fileId}/complete`, { method: "POST" });
}

/** The project itself, with its secret key. */
export const maintenance: Actor = {
  name: "maintenance",
  id: null,
  headers: { apikey: target.secretKey },
  get supabase(): never {
    throw new Error("Maintenance has no client.");
  },
};

export function sweep(
  json: Record<string, number> = {},
  at: Target = target,
): Promise<Answer> {
  return request(maintenance, "file-upload/_/sweep", { json, at });
}

/** Sweeps until nothing is left to do; the project may be full of what other tests left. */
export async function sweepAll(json: Record<string, number> = {}) {
  const total = { expired: 0, unlinked: 0, objects: 0, rows: 0 };
  for (let call = 0; call < 100; call++) {
    const { status, body, text } = await sweep(json);
    assert.equal(status, 200, text);
    for (const key of Object.keys(total) as (keyof typeof total)[]) {
      total[key] += body[key];
    }
    if (!body.more) return total;
  }
  throw new Error("A hundred sweeps were not enough.");
}

/** Everything that is kept of an owner's files. */
export interface Kept {
  rows: {
    id: string;
    bucket: string;
    storage_path: string;
    status: string;
    size_bytes: number;
  }[];
  /** `<bucket>/<path>` of each object. */
  objects: string[];
  bytes_used: number;
}

/** Looks at the tables themselves. */
export function kept(ownerId: string): Promise<Kept> {
  return withSql(async (sql) => {
    const rows = await sql`
      select f.id, c.bucket, c.storage_path, f.status, c.size_bytes::int
      from continuum.files f
      join continuum.file_contents c on c.id = f.content_id
      where f.owner_id = ${ownerId} order by f.id
    `;
    const objects = await sql`
      select bucket_id || '/' || name as path from storage.objects
      where name like ${ownerId + "/%"} order by 1
    `;
    const [usage] = await sql`
      select bytes_used::int from continuum.storage_usage where owner_id = ${ownerId}
    `;
    return {
      rows: [...rows] as unknown as Kept["rows"],
      objects: objects.map(({ path }) => path),
      bytes_used: usage?.bytes_used ?? 0,
    };
  });
}

/**
 * Asserts what holds after a sweep: no object without a row, no ready row without its object, and
 * usage is the sum of pending and ready rows.
 */
export async function assertConsistent(ownerId: string): Promise<Kept> {
  const state = await kept(ownerId);
  const path = (row: Kept["rows"][number]) =>
    `${row.bucket}/${row.storage_path}`;
  const named = state.rows.map(path);
  assert.deepEqual(
    state.objects.filter((object) => !named.includes(object)),
    [],
    "objects without a row",
  );
  assert.deepEqual(
    state.rows.filter((row) =>
      row.status === "ready" && !state.objects.includes(path(row))
    ),
    [],
    "ready rows without an object",
  );
  // Several names of a content count once.
  const live = new Map(
    state.rows.filter(({ status }) => status !== "deleted")
      .map((row) => [path(row), row.size_bytes]),
  );
  assert.equal(
    state.bytes_used,
    [...live.values()].reduce((sum, bytes) => sum + bytes, 0),
    "usage",
  );
  return state;
}

/** Content that no other file has: the same content would be the same file. */
export function unique(word: string): string {
  return `${word} ${crypto.randomUUID()}`;
}
