import assert from "node:assert/strict";
import { nobody, signUp } from "../support/actors.ts";
import { append, fresh } from "../support/http.ts";
import { withSql } from "../support/sql.ts";
import { ask, dataApiStack } from "./data_api_stack.ts";
import { until } from "./processes.ts";

const { at } = await dataApiStack();
const [owner, stranger] = await Promise.all([
  signUp("owner", at),
  signUp("stranger", at),
]);

Deno.test("jsonb arguments arrive encoded once, whatever their type", async () => {
  const values: [unknown, string][] = [
    [{ a: { b: [1, { c: "ü" }] } }, "object"],
    [[1, "two", [3], { four: null }], "array"],
    [[], "array"],
    ["text", "string"],
    ["", "string"],
    ["12", "string"],
    ["null", "string"],
    ["[1]", "string"],
    ['{"a": 1}', "string"],
    [{ text: '{"no": "object"}' }, "object"],
    [12.5, "number"],
    [true, "boolean"],
    [false, "boolean"],
  ];
  for (const [value, type] of values) {
    const kind = await owner.supabase.rpc("kind", { value });
    assert.equal(kind.data, type, JSON.stringify(value));
    const echo = await owner.supabase.rpc("echo", { value });
    assert.deepEqual(echo.data, value);
  }
});

Deno.test("an argument of 3 MiB arrives whole", async () => {
  const value = ["\u{1F600}x".repeat(3 * 1024 * 1024 / 5)];
  const { data, error } = await owner.supabase.rpc("weight", { value });
  assert.equal(error, null);
  assert.equal(data, new TextEncoder().encode(value[0]).byteLength);
});

Deno.test("a function runs as the caller's role with the caller's claims, under row level security", async () => {
  const { data } = await owner.supabase.rpc("who");
  assert.equal(data.role, "authenticated");
  assert.equal(data.session, "authenticator");
  assert.equal(data.uid, owner.id);
  assert.equal(data.claims.sub, owner.id);
  assert.equal(data.claims.role, "authenticated");
  assert.equal(data.superuser, false);
  assert.equal(data.search_path, '"public", "extensions"');
  const anonymous = await nobody(at).supabase.rpc("who");
  assert.equal(anonymous.data.role, "anon");
  assert.equal(anonymous.data.uid, null);

  const { error } = await owner.supabase.rpc("write_note", {
    id: 1,
    body: "mine",
  });
  assert.equal(error, null);
  const seen = await Promise.all(
    [owner, stranger].map(async ({ supabase }) =>
      (await supabase.rpc("read_notes")).data
    ),
  );
  assert.deepEqual(seen, [[{ body: "mine" }], []]);
});

Deno.test("a missing grant is refused: the stack grants nothing that the migrations do not", async () => {
  const column = await owner.supabase.rpc("give_note", {
    id: 2,
    owner_id: stranger.id,
  });
  assert.equal(column.error?.code, "42501");
  assert.equal(column.status, 403);
  const update = await owner.supabase.rpc("change_notes", { body: "x" });
  assert.equal(update.error?.code, "42501");
  const anonymous = await nobody(at).supabase.rpc("read_notes");
  assert.equal(anonymous.error?.code, "42501");
  assert.equal(anonymous.status, 401);

  const rows = await withSql((sql) =>
    sql`
      select c.relname from pg_class c, unnest(array['anon', 'authenticated']) role
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
        and (has_table_privilege('anon', c.oid, 'select,insert,update,delete,truncate')
          or has_table_privilege(role, c.oid, 'truncate'))
    `, at.dbUrl);
  assert.deepEqual(rows.map(({ relname }) => relname), []);
});

Deno.test("statements have the time that their role has, or that their function says", async () => {
  const limits = async (headers: Record<string, string>) => {
    const { body } = await ask(at, null, "rpc/who", { headers });
    return [body.role, body.statement_timeout, body.lock_timeout];
  };
  assert.deepEqual(await limits({}), ["anon", "3s", "8s"]);
  assert.deepEqual(await limits(owner.headers), ["authenticated", "8s", "8s"]);
  assert.deepEqual(
    await limits({ apikey: at.secretKey }),
    ["service_role", "8s", "8s"],
  );
  assert.equal((await owner.supabase.rpc("patient")).data, "1min");
  const late = await owner.supabase.rpc("takes", { seconds: 2 });
  assert.equal(late.error?.code, "57014");
  assert.equal(late.status, 500);
  const after = await owner.supabase.rpc("who");
  assert.equal(after.data.statement_timeout, "8s", "for that call alone");
});

Deno.test("a function sees the request: method, path, headers and cookies", async () => {
  const { body } = await ask(at, owner, "rpc/who?x=1", {
    headers: { "X-Own": "Kept", Cookie: "a=1; b=x%3D" },
    body: {},
  });
  assert.equal(body.method, "POST");
  assert.equal(body.path, "/rpc/who");
  assert.equal(body.headers["x-own"], "Kept");
  assert.equal(body.headers.cookie, undefined);
  assert.deepEqual(body.cookies, { a: "1", b: "x%3D" });
});

Deno.test("what is not volatile, or is asked by GET, runs in a transaction that cannot write", async () => {
  const read = ["who", "who_stable"].flatMap((name) =>
    ["GET", "POST"].map(async (method) => {
      const { body } = await ask(at, owner, `rpc/${name}`, { method });
      return [name, method, body.read_only];
    })
  );
  assert.deepEqual(await Promise.all(read), [
    ["who", "GET", "on"],
    ["who", "POST", "off"],
    ["who_stable", "GET", "on"],
    ["who_stable", "POST", "on"],
  ]);
  const note = "id=10&body=x";
  for (
    const written of [
      await ask(at, owner, `rpc/write_note?${note}`, { method: "GET" }),
      await ask(at, owner, "rpc/write_note_stable", {
        body: { id: 10, body: "x" },
      }),
    ]
  ) {
    assert.equal(written.status, 405);
    assert.equal(written.body.code, "25006");
  }
});

Deno.test("a function that is made, changed or dropped is called as it is now", async () => {
  const call = (body: unknown) => ask(at, owner, "rpc/fleeting", { body });
  assert.equal((await call({ a: 1 })).body.code, "PGRST202");
  await withSql(async (sql) => {
    const make = (result: string) =>
      sql.unsafe(
        `drop function if exists public.fleeting;
         create function public.fleeting(a integer) returns ${result} language sql as 'select a'`,
      );
    await make("integer");
    assert.equal((await call({ a: 1 })).text, "1");
    await make("setof integer");
    await sql`notify pgrst, 'reload schema'`;
    await until(async () => (await call({ a: 1 })).text === "[1]", 5);
    await sql`drop function public.fleeting`;
  }, at.dbUrl);
  assert.equal((await call({ a: 1 })).status, 404);
});

Deno.test("48 appends that wait for one row lock are all done once it is free", async () => {
  const name = fresh("locked");
  const { body } = await append(owner, name, ["first"], { at });
  await withSql(async (sql) => {
    const waiting = await sql.begin(async (held) => {
      await held`select from continuum.conversations where id = ${body.conversation.id} for update`;
      const appends = Array.from(
        { length: 48 },
        (_, index) => append(owner, name, [`${index}`], { at }),
      );
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return { appends };
    });
    const answers = await Promise.all(waiting.appends);
    assert.deepEqual(
      answers.map(({ status }) => status),
      answers.map(() => 201),
    );
    const seqs = answers.map((answer) => answer.body.messages[0].seq);
    assert.deepEqual(
      seqs.toSorted((a, b) => a - b),
      answers.map((_, index) => index + 2),
    );
  }, at.dbUrl);
});

Deno.test("appends that wait too long are 503, and the stack serves on when the lock is free", async () => {
  const name = fresh("stuck");
  const { body } = await append(owner, name, ["first"], { at });
  const statuses = await withSql((sql) =>
    sql.begin(async (held) => {
      await held`select from continuum.conversations where id = ${body.conversation.id} for update`;
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => append(owner, name, ["late"], { at })),
      );
      return answers.map(({ status }) => status);
    }), at.dbUrl);
  assert.deepEqual(statuses, Array(8).fill(503));
  const next = await append(owner, fresh("next"), ["one"], { at });
  assert.equal(next.status, 201);
});
