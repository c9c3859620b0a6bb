/** What a sweep reads is bounded, whatever the project holds, and a number of sweeps sees all of it. */
import assert from "node:assert/strict";
import type postgres from "npm:postgres@3.4.9";
import { signUp } from "../support/actors.ts";
import { withSql } from "../support/sql.ts";

/** What one call looks at. */
const EXAMINED = 10_000;

/** More than two calls look at. */
const OBJECTS = 25_000;

type Tx = postgres.TransactionSql;

/** Rolls everything back. */
async function undone(use: (tx: Tx) => Promise<void>): Promise<void> {
  const rollback = new Error("rolled back");
  await withSql((sql) =>
    sql.begin(async (tx) => {
      await use(tx);
      throw rollback;
    })
  ).catch((error) => {
    if (error !== rollback) throw error;
  });
}

/** Contents with their objects, and after the last of them by key an object that no content names. */
async function fill(tx: Tx, owner: string): Promise<string> {
  await tx`alter table continuum.file_contents disable trigger user`;
  await tx`insert into continuum.file_contents
      (owner_id, bucket, storage_path, mime_type, size_bytes, status)
    select ${owner}, 'user-files', ${owner} || '/' || gen_random_uuid(), 'text/plain', 1, 'ready'
    from generate_series(1, ${OBJECTS})`;
  await tx`insert into storage.objects (bucket_id, name, metadata, version)
    select c.bucket, c.storage_path, '{"size": 1}', '1'
    from continuum.file_contents c where c.owner_id = ${owner}`;
  const stray = `${owner}/zzz`;
  await tx`insert into storage.objects (bucket_id, name) values ('user-files', ${stray})`;
  await tx`alter table continuum.file_contents enable trigger user`;
  await tx`analyze storage.objects, continuum.file_contents`;
  return stray;
}

/** Rows of objects and contents that were read so far in this transaction. */
async function rowsRead(tx: Tx): Promise<number> {
  const [row] = await tx<{ rows: number }[]>`
    select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as rows
    from pg_stat_xact_user_tables
    where relname in ('objects', 'file_contents', 'files')`;
  return row!.rows;
}

async function beginSweep(tx: Tx, max: number) {
  await tx`set local role service_role`;
  const [row] = await tx`
    select public.begin_sweep(31536000, 31536000, ${max})::json as answer`;
  await tx`reset role`;
  return row!.answer.objects as { bucket: string; storage_path: string }[];
}

Deno.test("each sweep reads a bounded number of rows, and together they find an object that no row names", async () => {
  const { id } = await signUp("crowd");
  await undone(async (tx) => {
    const stray = await fill(tx, id);
    const calls = Math.ceil(OBJECTS / EXAMINED) + 1;
    let found = 0;
    for (let call = 0; call < calls && found === 0; call++) {
      const before = await rowsRead(tx);
      const objects = await beginSweep(tx, 1000);
      const rows = await rowsRead(tx) - before;
      // An object, its content, and what other tests have left to sweep.
      assert.ok(rows <= 3 * EXAMINED, `${rows} rows`);
      found += objects.filter((o) => o.storage_path === stray).length;
    }
    assert.equal(found, 1);
  });
});

Deno.test("a sweep lists no object twice, and no more than it was asked for", async () => {
  const { id } = await signUp("strays");
  await undone(async (tx) => {
    await tx`insert into storage.objects (bucket_id, name)
      select 'user-files', ${id} || '/' || n from generate_series(1, 30) n`;
    const seen: string[] = [];
    for (let call = 0; call < 3; call++) {
      const objects = await beginSweep(tx, 10);
      assert.ok(objects.length <= 10);
      const paths = objects.map(({ storage_path }) => storage_path);
      assert.equal(new Set(paths).size, paths.length);
      seen.push(...paths);
    }
    const all = (await beginSweep(tx, 1000)).map((o) => o.storage_path);
    assert.equal(new Set(all).size, all.length);
    for (let n = 1; n <= 30; n++) assert.ok(all.includes(`${id}/${n}`));
  });
});
