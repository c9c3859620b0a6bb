/** A backup of the database and of the objects, restored into an empty project as docs/how-to/deploy.md says. */
import assert from "node:assert/strict";
import { withConnection } from "../../local/sql.ts";
import { diagnose, failures } from "../doctor/broken_project.ts";
import { ownStack } from "../local/own_stack.ts";
import type { Actor } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { withSql } from "../support/sql.ts";
import type { Target } from "../support/target.ts";
import { blockWith } from "./code_blocks.ts";

const PAGE = "docs/how-to/deploy.md";
const { stack: from, at } = await ownStack();
const { stack: to, at: restored } = await ownStack();

const email = `${crypto.randomUUID()}@example.com`;
const password = crypto.randomUUID();

/** The user, by signing up or in. */
async function enter(at: Target, path: string): Promise<Actor> {
  const answer = await fetch(`${at.url}/auth/v1/${path}`, {
    method: "POST",
    headers: { apikey: at.publishableKey, "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  const { access_token, user } = await answer.json();
  assert.equal(answer.status, 200);
  return {
    name: "user",
    id: user.id,
    headers: {
      Authorization: `Bearer ${access_token}`,
      apikey: at.publishableKey,
    },
    get supabase(): never {
      throw new Error("It has no client.");
    },
  };
}

/** The tables of a dump with the documented options, and their columns. */
async function dumped(): Promise<{ name: string; columns: string }[]> {
  const command = await blockWith(PAGE, "db dump");
  assert.match(command, /-s auth,continuum/);
  const [, excluded = ""] = /-x (\S+)/.exec(command) ?? [];
  return await withSql(
    (sql) =>
      sql<{ name: string; columns: string }[]>`
        select n.nspname || '.' || c.relname as name,
          string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        where c.relkind = 'r' and (n.nspname = 'continuum' or n.nspname = 'auth' and c.relname in ('users', 'identities'))
          and n.nspname || '.' || c.relname <> all (${excluded.split(",")})
        group by 1
      `,
    from.adminDbUrl,
  );
}

/** What psql does with the dump. */
async function loadData(): Promise<void> {
  assert.match(
    await blockWith(PAGE, "psql "),
    /session_replication_role = replica/,
  );
  for (const { name, columns } of await dumped()) {
    const [{ rows } = { rows: "[]" }] = await withSql(
      (sql) =>
        sql.unsafe<{ rows: string }[]>(
          `select coalesce(json_agg(t), '[]')::text as rows from ${name} t`,
        ),
      from.adminDbUrl,
    );
    await withSql((sql) =>
      sql.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        await tx.unsafe(
          `insert into ${name} (${columns}) select ${columns} from json_populate_recordset(null::${name}, $1::text::json)`,
          [rows],
        );
      }), to.adminDbUrl);
  }
}

/** Under the same names, with versions of their own. Returns how many there were. */
async function copyObjects(): Promise<number> {
  const objects = await withSql(
    (sql) =>
      sql<
        { bucket_id: string; name: string }[]
      >`select bucket_id, name from storage.objects`,
    from.adminDbUrl,
  );
  for (const { bucket_id, name } of objects) {
    const path = `/storage/v1/object/${bucket_id}/${name}`;
    const found = await fetch(at.url + path, {
      headers: { apikey: at.secretKey },
    });
    const copied = await fetch(restored.url + path, {
      method: "POST",
      headers: { apikey: restored.secretKey, "Content-Type": "text/plain" },
      body: await found.arrayBuffer(),
    });
    assert.equal(copied.status, 200, await copied.text());
  }
  return objects.length;
}

Deno.test("a restored project has its conversations and files, and nothing differs from a fresh one", async () => {
  const before = await enter(at, "signup");
  const name = fresh("kept");
  await append(before, name, ["remember this"], { at });
  const { body: { file }, text } = await request(
    before,
    `file-upload?continuation_id=${name}`,
    {
      at,
      headers: { "Content-Type": "text/plain", "X-File-Name": "kept.txt" },
      body: "kept bytes",
    },
  );
  assert.ok(file, text);

  await loadData();
  assert.equal(await copyObjects(), 1);
  const after = await enter(restored, "token?grant_type=password");
  assert.equal(after.id, before.id);
  const page = await history(after, name, "", restored);
  assert.equal(page.body.messages[0].content, "remember this");

  const download = () =>
    request(after, `file-download/${file.id}`, { at: restored });
  // The copy is another version of the object than the one that was checked.
  assert.notEqual((await download()).text, "kept bytes");
  const tell = await blockWith(PAGE, "object_version");
  await withConnection(to.adminDbUrl, (sql) => sql.unsafe(tell));
  assert.equal((await download()).text, "kept bytes");

  await append(after, name, ["and go on"], { at: restored });
  assert.deepEqual(failures(await diagnose(restored)), []);
});
