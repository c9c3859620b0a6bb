// Rows of storage.objects and storage.buckets. Which rows there are is up to whom `sql` has taken on.
import type { Name } from "./context.ts";
import type { Sql } from "../sql.ts";
import { failure } from "./errors.ts";

export interface ObjectMetadata {
  eTag: string;
  size: number;
  mimetype: string;
  cacheControl: string;
  lastModified: string;
  contentLength: number;
  httpStatusCode: number;
}

export interface ObjectRow {
  id: string;
  bucket_id: string;
  name: string;
  owner: string | null;
  owner_id: string | null;
  version: string;
  metadata: ObjectMetadata | null;
  user_metadata: Record<string, unknown> | null;
  created_at: Date;
  updated_at: Date;
  last_accessed_at: Date;
}

/** What a bucket takes. */
export interface BucketRow {
  file_size_limit: number | null;
  allowed_mime_types: string[] | null;
}

/** What an upload writes. Before the bytes are there, `metadata` holds what the client declared. */
export interface NewObject extends Name {
  version: string;
  owner: string | undefined;
  metadata: Partial<ObjectMetadata>;
  userMetadata: Record<string, unknown> | undefined;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const asUuid = (text: string | undefined) =>
  text && UUID.test(text) ? text : null;

/** @param rest of the statement, after the values. */
function insert(
  sql: Sql,
  object: NewObject,
  rest = "",
): Promise<ObjectRow[]> {
  return sql.unsafe<ObjectRow[]>(
    `insert into storage.objects
      (bucket_id, name, version, owner, owner_id, metadata, user_metadata)
    values ($1, $2, $3, $4, $5, $6, $7) ${rest}`,
    [
      object.bucket,
      object.key,
      object.version,
      asUuid(object.owner),
      object.owner,
      JSON.stringify(object.metadata),
      object.userMetadata && JSON.stringify(object.userMetadata),
    ],
  );
}

/** Plain, without `returning`: an insert policy is all it needs. */
export async function insertObject(sql: Sql, object: NewObject): Promise<void> {
  await insert(sql, object);
}

/** `on conflict … returning *`: needs insert, update and select policies. */
export async function upsertObject(
  sql: Sql,
  object: NewObject,
): Promise<ObjectRow> {
  const [row] = await insert(
    sql,
    object,
    `on conflict (bucket_id, name) do update set
      version = excluded.version, owner = excluded.owner, owner_id = excluded.owner_id,
      metadata = excluded.metadata, user_metadata = excluded.user_metadata
    returning *`,
  );
  if (!row) throw failure("objectNotFound");
  return row;
}

export async function findObject(
  sql: Sql,
  bucket: string,
  key: string,
): Promise<ObjectRow> {
  const [row] = await sql<ObjectRow[]>`
    select * from storage.objects where bucket_id = ${bucket} and name = ${key}`;
  if (!row) throw failure("objectNotFound");
  return row;
}

export async function findForUpdate(sql: Sql, bucket: string, key: string) {
  const [row] = await sql<ObjectRow[]>`
    select * from storage.objects where bucket_id = ${bucket} and name = ${key} for update`;
  return row;
}

/** Gives an object another name. `returning *`: needs update and select policies. */
export async function renameObject(
  sql: Sql,
  from: Name,
  to: Name & { version: string; owner: string | undefined },
): Promise<ObjectRow> {
  const [row] = await sql<ObjectRow[]>`
    update storage.objects set
      bucket_id = ${to.bucket}, name = ${to.key}, version = ${to.version},
      owner = ${asUuid(to.owner)}, owner_id = ${to.owner}
    where bucket_id = ${from.bucket} and name = ${from.key}
    returning *`;
  if (!row) throw failure("objectNotFound");
  return row;
}

/** Deletes what the caller may see and delete, and says which rows those were. */
export function deleteObjects(
  sql: Sql,
  bucket: string,
  keys: string[],
): Promise<ObjectRow[]> {
  return sql<ObjectRow[]>`
    delete from storage.objects where bucket_id = ${bucket} and name = any(${keys}) returning *`;
}

// An int8 is a string to the driver; limits are far below 2^53.

export function listBuckets(sql: Sql): Promise<Record<string, unknown>[]> {
  return sql`
    select *, file_size_limit::float8 as file_size_limit from storage.buckets order by name`;
}

/** The bucket, or the real service's "Bucket not found". */
export async function findBucket(sql: Sql, id: string): Promise<BucketRow> {
  const [row] = await sql<BucketRow[]>`
    select file_size_limit::float8 as file_size_limit, allowed_mime_types
    from storage.buckets where id = ${id}`;
  if (!row) throw failure("bucketNotFound");
  return row;
}

/**
 * One upload at a time writes the row of a key. Waits five seconds, then answers as the real
 * service does ("acquiring lock timeout").
 */
export async function lockKey(
  sql: Sql,
  bucket: string,
  key: string,
): Promise<void> {
  await sql`set local lock_timeout = '5s'`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${bucket}/${key}`}, 0))`;
}
