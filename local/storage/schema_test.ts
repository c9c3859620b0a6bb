import { deepEqual, match, rejects } from "node:assert/strict";
import { withStand } from "./testing.ts";

Deno.test("the storage schema", async (t) => {
  await withStand(async ({ admin, postgres }) => {
    await t.step(
      "is owned by supabase_storage_admin, with row level security on",
      async () => {
        deepEqual(
          [
            ...await admin`
          select relname, pg_get_userbyid(relowner) as owner, relrowsecurity as rls from pg_class
          where relnamespace = 'storage'::regnamespace and relkind = 'r' order by 1`,
          ],
          [
            { relname: "buckets", owner: "supabase_storage_admin", rls: true },
            { relname: "objects", owner: "supabase_storage_admin", rls: true },
          ],
        );
      },
    );

    await t.step(
      "lets postgres make policies and buckets, change and drop its policies",
      async () => {
        await postgres`create policy mine on storage.objects for select to authenticated using (false)`;
        await postgres`alter policy mine on storage.objects using (true)`;
        await postgres`drop policy mine on storage.objects`;
        await postgres`insert into storage.buckets (id, name) values ('mine', 'mine')`;
      },
    );

    for (
      const statement of [
        "alter table storage.objects add column extra text",
        "alter table storage.objects disable row level security",
        "alter table storage.objects disable trigger protect_objects_delete",
        "create index on storage.objects (created_at)",
        "create table storage.mine (id int)",
        "drop function storage.extension(text)",
        "drop table storage.objects cascade",
        "alter function storage.protect_delete() rename to gone",
        "set role supabase_storage_admin",
      ]
    ) {
      await t.step(`refuses postgres: ${statement}`, async () => {
        await rejects(() => postgres.unsafe(statement), { code: "42501" });
      });
    }

    await t.step(
      "refuses to delete rows by SQL, even to a superuser",
      async () => {
        for (const sql of [postgres, admin]) {
          await rejects(
            () => sql`delete from storage.buckets where id = 'mine'`,
            (error: Error) => {
              match(
                error.message,
                /^Direct deletion from storage tables is not allowed/,
              );
              return true;
            },
          );
        }
      },
    );

    await t.step("takes names apart for policies", async () => {
      const [row] = await postgres`
        select storage.foldername('a/b/c.tar.gz') as folders, storage.filename('a/b/c.tar.gz') as file,
               storage.extension('a/b/c.tar.gz') as extension, storage.foldername('c') as none`;
      deepEqual({ ...row }, {
        folders: ["a", "b"],
        file: "c.tar.gz",
        extension: "gz",
        none: [],
      });
    });
  });
});
