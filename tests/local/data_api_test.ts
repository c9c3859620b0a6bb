import assert from "node:assert/strict";
import { startStack } from "../../local/stack.ts";
import { temporaryDataFolder } from "../../local/temporary.ts";
import { nobody, signUp } from "../support/actors.ts";
import { append, fresh } from "../support/http.ts";
import { withSql } from "../support/sql.ts";
import { targetOf } from "./own_stack.ts";

const folder = await temporaryDataFolder();
const options = {
  dataDir: folder.path,
  port: 0,
  dbPort: 0,
  seed: false,
  onFunctionLine: () => {},
};
{
  // The schema is read at start: what a test adds has to be there before.
  await using before = await startStack(options);
  const script = await Deno.readTextFile(
    new URL("data_api.sql", import.meta.url),
  );
  await withSql((sql) => sql.unsafe(script), before.dbUrl);
}
const stack = await startStack(options);
Deno.test.afterAll(async () => {
  await stack.stop();
  await folder[Symbol.asyncDispose]();
});
const at = targetOf(stack);
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

Deno.test("a query runs as the caller's role with the caller's claims, under row level security", async () => {
  const { data } = await owner.supabase.rpc("who");
  assert.equal(data.role, "authenticated");
  assert.equal(data.uid, owner.id);
  assert.equal(data.claims.sub, owner.id);
  assert.equal(data.claims.role, "authenticated");
  assert.equal(data.superuser, false);
  const anonymous = await nobody(at).supabase.rpc("who");
  assert.equal(anonymous.data.role, "anon");
  assert.equal(anonymous.data.uid, null);

  const { error } = await owner.supabase.from("notes").insert({
    id: 1,
    body: "mine",
  });
  assert.equal(error, null);
  const seen = await Promise.all(
    [owner, stranger].map(async ({ supabase }) =>
      (await supabase.from("notes").select("body")).data
    ),
  );
  assert.deepEqual(seen, [[{ body: "mine" }], []]);
});

Deno.test("a missing grant is refused: the stack grants nothing that the migrations do not", async () => {
  const column = await owner.supabase.from("notes").insert({
    id: 2,
    owner_id: stranger.id,
  });
  assert.equal(column.error?.code, "42501");
  const update = await owner.supabase.from("notes").update({ body: "x" })
    .eq("id", 1);
  assert.equal(update.error?.code, "42501");
  const anonymous = await nobody(at).supabase.from("notes").select();
  assert.equal(anonymous.error?.code, "42501");

  const rows = await withSql((sql) =>
    sql`
      select c.relname from pg_class c, unnest(array['anon', 'authenticated']) role
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
        and (has_table_privilege('anon', c.oid, 'select,insert,update,delete,truncate')
          or has_table_privilege(role, c.oid, 'truncate'))
    `, at.dbUrl);
  assert.deepEqual(rows.map(({ relname }) => relname), []);
});

Deno.test("errors keep the code, message, details and hint that SQL gave them, and their status", async () => {
  const cases: [code: string, status: number][] = [
    ["PT400", 400],
    ["PT418", 418],
    ["P0001", 400],
    ["23505", 409],
    ["42501", 403],
    ["40001", 500],
    ["53300", 503],
  ];
  for (const [code, status] of cases) {
    const raised = {
      code,
      message: "seq_conflict",
      detail: '{"last_seq": 41}',
      hint: "a hint",
    };
    const answer = await fetch(`${at.url}/rest/v1/rpc/fail`, {
      method: "POST",
      headers: { ...owner.headers, "Content-Type": "application/json" },
      body: JSON.stringify(raised),
    });
    assert.equal(answer.status, status, code);
    const body = await answer.json();
    assert.equal(body.code, code);
    assert.equal(body.message, "seq_conflict");
    assert.equal(body.details, '{"last_seq": 41}', code);
    if (code !== "23505") assert.equal(body.hint, "a hint", code);
  }
});

Deno.test("statements have the time that their role has, or that their function says", async () => {
  const { data } = await owner.supabase.rpc("who");
  assert.equal(data.statement_timeout, "8s");
  assert.equal((await owner.supabase.rpc("patient")).data, "1min");
  const late = await owner.supabase.rpc("takes", { seconds: 2 });
  assert.equal(late.error?.code, "57014");
  const after = await owner.supabase.rpc("who");
  assert.equal(after.data.statement_timeout, "8s", "for that call alone");
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
