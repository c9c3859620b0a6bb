// Listing: one level of a folder, as `storage-js` shows it.
import { z } from "zod";
import type { Sql } from "../sql.ts";

export const ListOptions = z.object({
  prefix: z.string(),
  limit: z.number().int().min(1).default(100),
  offset: z.number().int().min(0).default(0),
  search: z.string().default(""),
  sortBy: z.object({
    column: z.enum(["name", "updated_at", "created_at", "last_accessed_at"])
      .default("name"),
    order: z.enum(["asc", "desc"]).default("asc"),
  }).default({ column: "name", order: "asc" }),
});

/** The real service gives no page beyond this, and does not say so. */
const MAX_ROWS = 1500;

/**
 * Folders (every column but `name` null) and files below `prefix`, names relative to it, of the rows
 * that the caller may see. By name, folders and files mix; by another column, folders come first.
 */
export function listObjects(
  sql: Sql,
  bucket: string,
  options: z.infer<typeof ListOptions>,
) {
  const { limit, offset, search, sortBy } = options;
  const folder = options.prefix && !options.prefix.endsWith("/")
    ? `${options.prefix}/`
    : options.prefix;
  const pattern = `${folder}${search}`.replace(/[\\%_]/g, "\\$&") + "%";
  // Words of the enums above, so they may be text of the statement.
  const { column, order: direction } = sortBy;
  const order = column === "name"
    ? `lower(name) collate "C" ${direction}`
    : `id is not null, ${column} ${direction}, name ${direction}`;
  return sql.unsafe(
    `with matches as (
      select substr(name, $1) as name, id, updated_at, created_at,
             last_accessed_at, metadata
      from storage.objects
      where bucket_id = $2 and name ilike $3
    ), entries as (
      select name, id, updated_at, created_at, last_accessed_at, metadata
      from matches where position('/' in name) = 0
      union all
      select distinct split_part(name, '/', 1), null::uuid, null::timestamptz, null::timestamptz,
             null::timestamptz, null::jsonb
      from matches where position('/' in name) > 0
    )
    select * from entries order by ${order}
    limit $4 offset $5`,
    [folder.length + 1, bucket, pattern, Math.min(limit, MAX_ROWS), offset],
  );
}
