/**
 * How many rows are read where objects are looked up by name, with no other indexes than those of Storage since 1.77:
 * names are in collation "C" there. The index in the database's own collation, which older versions have, is dropped.
 */
import assert from "node:assert/strict";
import { noFunctions, ownStack } from "../local/own_stack.ts";
import { signUp } from "../support/actors.ts";
import { withSql } from "../support/sql.ts";

const { stack, at } = await ownStack({ functionsDir: await noFunctions() });
const OBJECTS = 5_000;
/** What one call of the walk looks at. */
const EXAMINED = 100;

const owner = await signUp("owner", at);

await withSql((sql) =>
  sql.unsafe(`
    drop index storage.bucketid_objname;
    drop index storage.name_prefix_search;
    create unique index objects_bucket_id_name_version_key
      on storage.objects (bucket_id, name collate "C", version) nulls not distinct;
    alter table continuum.file_contents disable trigger user;
    insert into continuum.file_contents (owner_id, bucket, storage_path, mime_type, size_bytes, status)
    select '${owner.id}', 'user-files', '${owner.id}/' || n, 'text/plain', 1,
      case n % 1000 when 0 then 'pending' when 1 then 'deleted' else 'ready' end::continuum.file_status
    from generate_series(1, ${OBJECTS}) n;
    alter table continuum.file_contents enable trigger user;
    insert into storage.objects (bucket_id, name, metadata, version)
    select c.bucket, c.storage_path, '{"size": 1}', '1' from continuum.file_contents c;
    analyze storage.objects, continuum.file_contents;
  `), stack.adminDbUrl);

const COUNT = `
  select (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as rows
  from pg_stat_xact_user_tables where relid = 'storage.objects'::regclass`;

const lookUps: [what: string, statement: string, rows: number][] = [
  [
    "one object",
    `select continuum.stored_object('user-files', '${owner.id}/7')`,
    1,
  ],
  [
    "an owner's unfinished uploads",
    `select continuum.overdrawn_bytes('${owner.id}')`,
    OBJECTS / 1000,
  ],
  [
    "deleted objects",
    "select continuum.deleted_objects(100)",
    OBJECTS / 1000,
  ],
  [
    "a piece of the walk over all objects",
    `select continuum.stray_objects(100, ${EXAMINED})`,
    EXAMINED,
  ],
  [
    "the next piece of the walk",
    `select continuum.stray_objects(100, ${EXAMINED})`,
    EXAMINED,
  ],
];

for (const [what, statement, rows] of lookUps) {
  Deno.test(`${what} is found by Storage's indexes`, async () => {
    const read = await withSql((sql) =>
      sql.begin(async (tx) => {
        const [before] = await tx.unsafe(COUNT);
        await tx.unsafe(statement);
        const [after] = await tx.unsafe(COUNT);
        return after!.rows - before!.rows;
      }), at.dbUrl);
    // The walk may read one that it does not look at.
    assert.ok(read <= rows + 1, `${read} rows of storage.objects`);
    assert.ok(read > 0);
  });
}
