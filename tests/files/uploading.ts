/** Uploads and downloads, and what they leave behind. */
import { createHash } from "node:crypto";
import type { Actor } from "../support/actors.ts";
import { type Answer, request } from "../support/http.ts";
import { withSql } from "../support/sql.ts";
import { target } from "../support/target.ts";

export interface UploadOptions {
  /** Sent as it is in Content-Disposition. */
  disposition?: string;
  type?: string;
  /** As in `bucket=generated-files`. */
  query?: string;
  headers?: Record<string, string>;
}

/** Uploads a raw body, `text/plain` unless another type is given. */
export function upload(
  actor: Actor,
  body: BodyInit,
  { disposition, type = "text/plain", query = "", headers }: UploadOptions = {},
): Promise<Answer> {
  return request(actor, query === "" ? "file-upload" : `file-upload?${query}`, {
    method: "POST",
    headers: {
      "Content-Type": type,
      ...(disposition === undefined
        ? {}
        : { "Content-Disposition": disposition }),
      ...headers,
    },
    body,
  });
}

/** A file as it comes down. */
export interface Download {
  status: number;
  headers: Headers;
  bytes: Uint8Array;
  /** What filename* says. */
  name: string;
}

export async function download(actor: Actor, id: string): Promise<Download> {
  const response = await fetch(
    `${target.url}/functions/v1/file-download/${id}`,
    { headers: actor.headers },
  );
  const encoded = /filename\*=UTF-8''([^;]+)/.exec(
    response.headers.get("Content-Disposition") ?? "",
  )?.[1];
  return {
    status: response.status,
    headers: response.headers,
    bytes: new Uint8Array(await response.arrayBuffer()),
    name: decodeURIComponent(encoded ?? ""),
  };
}

/** What an owner has: files that are not deleted, objects, and quota in use. */
export function leftBy(actor: Actor) {
  return withSql(async (sql) => {
    const [row] = await sql<
      { files: number; objects: number; used: number; sum: number }[]
    >`
      select
        (select count(*) from continuum.files
          where owner_id = ${actor.id} and status <> 'deleted')::int as files,
        (select count(*) from storage.objects
          where name like ${`${actor.id}/%`})::int as objects,
        coalesce((select bytes_used from continuum.storage_usage
          where owner_id = ${actor.id}), 0)::int as used,
        coalesce((select sum(size_bytes) from continuum.file_contents
          where owner_id = ${actor.id} and status <> 'deleted'), 0)::int as sum
    `;
    return { ...row };
  });
}

/** Nothing of a file, an object or quota. */
export const nothing = { files: 0, objects: 0, used: 0, sum: 0 };

/** Printable ASCII that no other upload has. */
export function text(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes.map((byte) => 0x30 + (byte & 0x3f));
}

/** The smallest PNG: one transparent pixel. */
export const PNG = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
);

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The value of Repr-Digest for a hex SHA-256. */
export function reprDigest(hex: string): string {
  return `sha-256=:${Uint8Array.fromHex(hex).toBase64()}:`;
}
